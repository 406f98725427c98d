namespace Calico.Bgpd.Configuration;

/// <summary>The configuration cannot be used; the message says where in the file, what is wrong, and what to do.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
