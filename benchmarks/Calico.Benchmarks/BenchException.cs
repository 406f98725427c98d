namespace Calico.Benchmarks;

/// <summary>A figure could not be measured. The message says what stood in the way.</summary>
internal sealed class BenchException(string message, Exception? cause = null) : Exception(message, cause);
