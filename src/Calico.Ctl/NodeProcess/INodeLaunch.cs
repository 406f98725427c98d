namespace Calico.Ctl.NodeProcess;

/// <summary>A way to have calico-node run on this host: the program itself, or a container of it.</summary>
internal interface INodeLaunch
{
    /// <summary>As it could be typed into a shell.</summary>
    string CommandLine { get; }

    /// <exception cref="CommandException">It cannot be started; nothing is left of it.</exception>
    Task<IStartedNode> StartAsync(CancellationToken cancellation);
}

/// <summary>A calico-node that was started and may not be ready yet.</summary>
internal interface IStartedNode
{
    /// <summary>For messages: <c>process 4711</c>.</summary>
    string Name { get; }

    /// <summary>Where its log is.</summary>
    string Log { get; }

    /// <returns>How it ended, in words such as <c>ended with status 1</c>; null while it runs.</returns>
    Task<string?> EndingAsync(CancellationToken cancellation);

    /// <summary>The end of its log, of this start alone.</summary>
    Task<string> LastWordsAsync(CancellationToken cancellation);

    /// <summary>Called once it has ended by itself, so that nothing stays behind.</summary>
    Task ClearAsync(CancellationToken cancellation);
}
