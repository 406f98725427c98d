using System.Collections.Concurrent;
using Calico.Plugins.Docker.Api;

namespace Calico.Plugins.Docker.Networks;

/// <summary>Names of networks by their ids.</summary>
/// <remarks>
/// No driver call carries a network's name and a network may have been made on another host, so the engine is asked. It is silent
/// while it restores containers, just when many of them are attached: hence what was learnt once is kept in a file.
/// A network's name and options never change.
/// </remarks>
internal sealed class NetworkDirectory
{
    private readonly ConcurrentDictionary<string, NetworkFacts> _known;
    private readonly StateFile<Dictionary<string, NetworkFacts>> _file;
    private readonly Lock _writing = new(); // one writer of the file at a time

    public NetworkDirectory(StateFile<Dictionary<string, NetworkFacts>> file)
    {
        _file = file;
        _known = new(file.Read());
    }

    public NetworkFacts? Find(string networkId) => _known.GetValueOrDefault(networkId);

    public NetworkFacts Learn(EngineNetwork network)
    {
        var facts = new NetworkFacts(network.Name, NetworkOptions.ReadMtu(network.Options?.GetValueOrDefault(NetworkOptions.Mtu)), network.Internal);
        if (_known.GetValueOrDefault(network.Id) == facts)
            return facts;

        _known[network.Id] = facts;
        Save();
        return facts;
    }

    /// <summary>The network is gone.</summary>
    public void Forget(string networkId)
    {
        if (_known.TryRemove(networkId, out _))
            Save();
    }

    private void Save()
    {
        lock (_writing)
            _file.Write(new(_known));
    }
}
