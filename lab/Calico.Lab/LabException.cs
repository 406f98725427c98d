namespace Calico.Lab;

/// <summary>A lab could not be made, used or removed. The message says which step failed, what came back, and what to do.</summary>
public sealed class LabException(string message, Exception? cause = null) : Exception(message, cause);
