namespace Calico.Datastore.Configuration;

/// <summary>What was configured makes no sense; the message says where it stands (file and line, or variable) and what to write instead.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
