namespace Calico.Plugins;

/// <summary>A request that cannot be met; the message is for the user who typed the command, and says what to do.</summary>
public sealed class PluginException(string message, Exception? inner = null) : Exception(message, inner);
