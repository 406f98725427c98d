using Calico.Model.Addresses;

namespace Calico.Node.Startup;

/// <summary>How the host's address of one family is to be found.</summary>
internal abstract record AddressChoice
{
    public static readonly AddressChoice KeepOrDetect = new KeepOrDetectChoice();
    public static readonly AddressChoice Keep = new KeepChoice();
    public static readonly AddressChoice Detect = new DetectChoice();
    public static readonly AddressChoice None = new NoneChoice();

    private AddressChoice()
    {
    }

    /// <param name="Address">The address.</param>
    /// <param name="HasPrefix">False: the prefix length is that of the interface which has the address.</param>
    public sealed record Given(InterfaceAddress Address, bool HasPrefix) : AddressChoice;

    public sealed record KeepOrDetectChoice : AddressChoice;

    public sealed record KeepChoice : AddressChoice;

    public sealed record DetectChoice : AddressChoice;

    public sealed record NoneChoice : AddressChoice;
}
