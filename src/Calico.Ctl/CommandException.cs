namespace Calico.Ctl;

/// <summary>A command cannot go on; the message, printed as it is on standard error, says what is wrong, where, and what to do.</summary>
internal sealed class CommandException(string message) : Exception(message);
