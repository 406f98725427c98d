using System.Net;
using System.Text.Json.Nodes;
using Calico.Ctl.Commands;
using Calico.Ctl.Input;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Validation;
using Calico.Model.Values;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Calico.Ctl.Policy;

/// <summary>A file of policy tests: where the resources are, endpoints in few words, and expectations.</summary>
/// <param name="Resources">Files and folders, as paths from here.</param>
/// <param name="Endpoints">Those that the file itself makes up.</param>
/// <param name="Tests">In the file's order.</param>
internal sealed record PolicyTestFile(IReadOnlyList<string> Resources, IReadOnlyList<IResource> Endpoints, IReadOnlyList<PolicyTestCase> Tests)
{
    /// <exception cref="CommandException">The file cannot be read; every error in it is named, with its line.</exception>
    public static PolicyTestFile Read(string file)
    {
        var errors = new List<FieldError>();
        var lines = new YamlTree();
        var place = new SourcePlace(file, "", lines.Lines);
        var fields = new Fields(Load(file, lines), "", errors);
        var folder = Path.GetDirectoryName(file) ?? "";
        var resources = (fields.Texts("resources") ?? []).Select(path => Path.Combine(folder, path)).ToList();
        var endpoints = fields.Items("endpoints").Select((item, index) => ReadEndpoint(item, index)).ToList();
        var tests = fields.Items("tests").Select(item => PolicyTestCase.Read(item, place.Of)).ToList();
        fields.End();
        if (errors.Count == 0 && tests.Count == 0)
            errors.Add(new("tests", Value: null, "there is nothing to test"));

        return errors.Count == 0
            ? new(resources, endpoints, tests)
            : throw new CommandException(string.Join('\n', errors.Select(place.Locate)));
    }

    private static JsonObject Load(string file, YamlTree tree)
    {
        try
        {
            using var text = File.OpenText(file);
            var stream = new YamlStream();
            stream.Load(text);
            return stream.Documents is [var only, ..] && tree.Convert(only.RootNode) is JsonObject document
                ? document
                : throw new CommandException($"{file}: expected fields: resources, endpoints, tests");
        }
        catch (YamlException e)
        {
            throw new CommandException($"{file}:{e.Start.Line}:{e.Start.Column}: malformed YAML: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file} cannot be read: {e.Message}");
        }
    }

    /// <summary>An endpoint that policy can tell from others; what the file leaves out is made up.</summary>
    private static Resource<WorkloadEndpointSpec> ReadEndpoint(Fields fields, int index)
    {
        var name = fields.Text("name") ?? "";
        if (name.Length == 0)
            fields.Wrong("name", value: null, "is required");

        var addresses = fields.AllParsed<IPNetwork>(
            "addresses", text => IPAddress.TryParse(text, out var address) ? address.HostPrefix : null, "an IP address") ?? [];
        var endpoint = new Resource<WorkloadEndpointSpec>(
            Kinds.WorkloadEndpoint,
            new() { Name = name, Namespace = fields.Text("namespace") ?? ResourceInput.DefaultNamespace, Labels = new Labels(fields.Map("labels")) },
            new()
            {
                Node = fields.Text("node") ?? "test",
                Workload = name,
                InterfaceName = $"{InterfaceNames.WorkloadPrefix}{index:x8}",
                IpNetworks = addresses.Count > 0 ? addresses.ToValueList() : [MadeUp(index)],
                Profiles = (fields.Texts("profiles") ?? []).ToValueList(),
                Ports = fields.Items("ports").Select(ReadPort).ToValueList(),
            });
        fields.End();
        return endpoint;
    }

    private static EndpointPort ReadPort(Fields fields)
    {
        var port = new EndpointPort
        {
            Name = fields.Text("name"),
            Protocol = fields.Parsed<Protocol>("protocol", text => FlowQuestion.TryProtocol(text, out var known) ? known : null, "TCP, UDP or SCTP") ?? Protocol.Tcp,
            Port = fields.Parsed<ushort>("port", text => ushort.TryParse(text, out var number) ? number : null, "a port") ?? 0,
        };
        fields.End();
        return port;
    }

    /// <summary>Of a range kept for measurements between networks (RFC 2544), where nobody's policy is about.</summary>
    private static IPNetwork MadeUp(int index) => IPAddress.Parse("198.18.0.1").Plus((uint)index).HostPrefix;
}
