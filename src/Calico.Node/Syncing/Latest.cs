using System.Runtime.CompilerServices;

namespace Calico.Node.Syncing;

/// <summary>A value that changes, with any number of readers; each sees the newest and may miss those between.</summary>
internal sealed class Latest<T>
    where T : class
{
    private readonly Lock _gate = new(); // guards the two fields below
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _value;

    /// <summary>Null before the first <see cref="Publish"/>.</summary>
    public T? Value
    {
        get
        {
            lock (_gate)
                return _value;
        }
    }

    public void Publish(T value)
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            _value = value;
            (told, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
    }

    /// <summary>The value there is, then each newer one that the reader is quick enough for.</summary>
    public async IAsyncEnumerable<T> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        T? seen = null;
        while (true)
            yield return seen = await OtherThanAsync(seen, cancellation);
    }

    /// <summary>The newest value, as soon as it is another than the one that was seen last.</summary>
    public async Task<T> OtherThanAsync(T? seen, CancellationToken cancellation)
    {
        while (true)
        {
            T? value;
            Task next;
            lock (_gate)
                (value, next) = (_value, _changed.Task);

            if (value is not null && !ReferenceEquals(value, seen))
                return value;

            await next.WaitAsync(cancellation);
        }
    }
}
