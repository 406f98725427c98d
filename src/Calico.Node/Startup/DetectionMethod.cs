using System.Net;
using System.Text.RegularExpressions;
using Calico.Model.Addresses;

namespace Calico.Node.Startup;

/// <summary>How to pick the host's address among those of its interfaces (IP_AUTODETECTION_METHOD).</summary>
internal abstract record DetectionMethod
{
    private DetectionMethod()
    {
    }

    public sealed record FirstFound : DetectionMethod;

    /// <summary>The source address towards a destination.</summary>
    public sealed record CanReach(IPAddress Destination) : DetectionMethod;

    public sealed record Interface(Regex[] Patterns) : DetectionMethod;

    public sealed record SkipInterface(Regex[] Patterns) : DetectionMethod;

    public sealed record InNetwork(IPNetwork[] Networks) : DetectionMethod;

    /// <exception cref="FormatException">Not a method; the message names the variable and the methods there are.</exception>
    public static DetectionMethod Parse(string? text, string variable)
    {
        if (string.IsNullOrEmpty(text) || text == "first-found")
            return new FirstFound();

        var (method, argument) = text.Split('=', 2) is [var name, var rest] ? (name, rest) : (text, "");
        return method switch
        {
            "can-reach" when IPAddress.TryParse(argument, out var destination) => new CanReach(destination),
            "interface" when argument.Length > 0 => new Interface(Compile(argument, variable)),
            "skip-interface" when argument.Length > 0 => new SkipInterface(Compile(argument, variable)),
            "cidr" when argument.Length > 0 => new InNetwork([.. argument.Split(',').Select(cidr => Network(cidr, variable))]),
            _ => throw new FormatException(
                $"{variable}='{text}' is not a method: first-found, can-reach=ADDRESS, interface=REGEX[,…], skip-interface=REGEX[,…] or cidr=CIDR[,…]"),
        };
    }

    private static Regex[] Compile(string list, string variable)
    {
        try
        {
            return [.. list.Split(',').Select(pattern => new Regex(pattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))];
        }
        catch (RegexParseException e)
        {
            throw new FormatException($"{variable}: '{list}' is not a regular expression: {e.Message}", e);
        }
    }

    private static IPNetwork Network(string cidr, string variable) =>
        AddressArithmetic.TryParseNetwork(cidr, out var network) ? network : throw new FormatException($"{variable}: '{cidr}' is not a prefix");
}
