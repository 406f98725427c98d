using System.Net;
using Calico.Ipam;
using Calico.Plugins.Offline;

namespace Calico.Tests.Plugins;

/// <summary>
/// A host that gives out and takes back addresses with a store that comes and goes, others that grab whatever the store has free, and crashes
/// between any two steps: nobody's address is ever anybody else's, and in the end the store says who has what.
/// </summary>
public sealed class JournalStateTests
{
    private static readonly string Reserve = IpamClient.ReserveHandle("a");

    [Fact]
    public void Whatever_comes_between_no_address_is_two_workloads_and_the_store_has_all_in_the_end()
    {
        for (var seed = 0; seed < 2000; seed++)
            new World(seed).Live(120);
    }

    [Fact]
    public void Given_out_and_given_back_without_the_store_leaves_nothing_to_write()
    {
        var state = new JournalState();
        state.Apply(new() { Do = JournalVerb.Reserve, From = Reserve, Addresses = [IPAddress.Parse("10.0.0.1")] });
        state.Apply(new() { Do = JournalVerb.Assign, Number = 1, Address = IPAddress.Parse("10.0.0.1"), From = Reserve, Handle = "w" });
        Assert.Equal("w", state.HolderOf(IPAddress.Parse("10.0.0.1")));

        state.Apply(new() { Do = JournalVerb.Release, Number = 2, Address = IPAddress.Parse("10.0.0.1"), Handle = "w" });

        Assert.Empty(state.Pending);
        Assert.Equal(Reserve, state.Free[IPAddress.Parse("10.0.0.1")]);
    }

    [Fact]
    public void Of_an_endpoint_only_the_last_word_waits_unless_the_first_may_be_written_already()
    {
        var state = new JournalState();
        state.Apply(new() { Do = JournalVerb.PutEndpoint, Number = 1, Name = "e" });
        state.Apply(new() { Do = JournalVerb.EnsureProfile, Number = 2, Name = "e" });
        state.Apply(new() { Do = JournalVerb.DeleteEndpoint, Number = 3, Name = "e" });
        Assert.Equal([2, 3], state.Pending.Select(line => line.Number));

        state.Apply(new() { Do = JournalVerb.Begin, Number = 3 });
        state.Apply(new() { Do = JournalVerb.PutEndpoint, Number = 4, Name = "e" });
        Assert.Equal([2, 3, 4], state.Pending.Select(line => line.Number));
    }

    private sealed class World(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly List<JournalRecord> _disk = [];
        private readonly Dictionary<IPAddress, string?> _store = Enumerable.Range(1, 6).ToDictionary(i => IPAddress.Parse($"10.0.0.{i}"), _ => (string?)null);
        private readonly Dictionary<IPAddress, string> _live = [];
        private JournalState _state = new();
        private int _handles;

        public void Live(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                Step(_random.Next(12));
                Check();
            }

            while (_state.Pending.Count > 0)
                WriteBack();
            foreach (var (address, handle) in _live)
                Assert.True(_store[address] == handle, $"seed {seed}: {address} is {handle}'s, and the store says {_store[address]}");
            Assert.All(_store.Where(pair => pair.Value is not null && pair.Value != Reserve && pair.Value != "other"), pair =>
                Assert.True(_live.GetValueOrDefault(pair.Key) == pair.Value, $"seed {seed}: the store says {pair.Key} is {pair.Value}'s, and it is not"));
        }

        private void Step(int what)
        {
            switch (what)
            {
                case < 3:
                    Assign();
                    break;
                case < 6 when _live.Count > 0:
                    Release(_live.ElementAt(_random.Next(_live.Count)).Key);
                    break;
                case < 8:
                    WriteBack();
                    break;
                case 8:
                    Crash();
                    break;
                case 10:
                    ReleaseAgain(_store.Keys.ElementAt(_random.Next(_store.Count)));
                    break;
                case 9 when _state.Pending.Count == 0:
                    KeepReserve();
                    break;
                default:
                    Grab();
                    break;
            }
        }

        private void Assign()
        {
            if (_state.Free.Count == 0)
                return;

            var (address, from) = _state.Free.First();
            var handle = $"w{_handles++}";
            Write(new() { Do = JournalVerb.Assign, Number = _state.Next, Address = address, From = from, Handle = handle });
            Assert.True(_live.TryAdd(address, handle), $"seed {seed}: {address} is given to {handle} while {_live.GetValueOrDefault(address)} has it");
        }

        private void Release(IPAddress address)
        {
            Write(new() { Do = JournalVerb.Release, Number = _state.Next, Address = address, Handle = _live[address] });
            _live.Remove(address);
        }

        /// <summary>An address that no workload has is given back once more, by the handle that the store has still.</summary>
        private void ReleaseAgain(IPAddress address)
        {
            if (!_live.ContainsKey(address) && _store[address] is { } handle && handle != Reserve && handle != "other")
                Write(new() { Do = JournalVerb.Release, Number = _state.Next, Address = address, Handle = handle });
        }

        /// <summary>One line, or only its beginning, or all but the note that it is done.</summary>
        private void WriteBack()
        {
            if (_state.Pending is not [var line, ..])
                return;

            if (!_state.IsBegun(line))
                Write(new() { Do = JournalVerb.Begin, Number = line.Number });
            if (_random.Next(4) == 0)
                return;

            InStore(line);
            if (_random.Next(4) > 0)
                Write(new() { Do = JournalVerb.Done, Number = line.Number });
        }

        private void InStore(JournalRecord line)
        {
            var address = line.Address ?? IPAddress.None;
            if (line.Do == JournalVerb.Release)
                _store[address] = _store[address] == line.Handle ? null : _store[address];
            else if (_store[address] == line.From || _store[address] is null || _store[address] == line.Handle)
                _store[address] = line.Handle;
            else
                Assert.Fail($"seed {seed}: {address} for {line.Handle} is {_store[address]}'s in the store");
        }

        private void Crash()
        {
            _state = new();
            foreach (var record in _disk)
                _state.Apply(record);
        }

        private void KeepReserve()
        {
            foreach (var address in _store.Where(pair => pair.Value is null).Select(pair => pair.Key).Take(2).ToList())
                _store[address] = Reserve;
            Write(new() { Do = JournalVerb.Reserve, From = Reserve, Addresses = [.. _store.Where(pair => pair.Value == Reserve).Select(pair => pair.Key)] });
        }

        /// <summary>Another host takes what the store has free, or gives back what it had.</summary>
        private void Grab()
        {
            var address = _store.ElementAt(_random.Next(_store.Count)).Key;
            _store[address] = _store[address] switch
            {
                null => "other",
                "other" => null,
                var handle => handle,
            };
        }

        private void Check()
        {
            foreach (var address in _live.Keys.Concat(_state.Free.Keys))
                Assert.True(_store[address] != "other", $"seed {seed}: {address} is this host's, and another has it");
            Assert.Empty(_live.Keys.Intersect(_state.Free.Keys));
        }

        private void Write(JournalRecord record)
        {
            _disk.Add(record);
            _state.Apply(record);
        }
    }
}
