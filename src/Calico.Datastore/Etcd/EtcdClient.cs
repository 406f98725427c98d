using Calico.Datastore.Configuration;
using Calico.Datastore.Etcd.Wire;
using Google.Protobuf;

namespace Calico.Datastore.Etcd;

/// <summary>Calls to whichever endpoint answers, with a login where one is configured.</summary>
internal sealed class EtcdClient : IDisposable
{
    /// <summary>In all, over every endpoint that is tried.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(4.5);

    private static readonly TimeSpan RoundPause = TimeSpan.FromMilliseconds(100);

    private readonly EtcdSettings _settings;
    private readonly TimeProvider _time;
    private readonly EtcdConnection[] _connections;
    private readonly TimeSpan _attemptDeadline;
    private int _current;
    private volatile string? _token;

    public EtcdClient(EtcdSettings settings, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        var tls = EtcdTls.Options(settings);
        _connections = [.. settings.Endpoints.Select(endpoint => new EtcdConnection(endpoint, tls, time))];

        // With others to turn to, a member that hangs is given less time than the only one.
        _attemptDeadline = TimeSpan.FromSeconds(_connections.Length > 1 ? 1.5 : 3);
    }

    public int EndpointCount => _connections.Length;

    /// <summary>One question, asked of one endpoint after another until one answers.</summary>
    /// <param name="doing">For messages: <c>read /calico/…</c>.</param>
    /// <param name="path">Service and method.</param>
    /// <param name="message">The question.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="DatastoreException">None answered, or etcd refused.</exception>
    /// <returns>The answer, and whether an earlier attempt may have reached etcd too.</returns>
    public async Task<(TAnswer Answer, bool MaybeTwice)> CallAsync<TAnswer>(
        string doing, string path, IMessage message, CancellationToken cancellation)
        where TAnswer : IMessage, new()
    {
        var trial = new Trial(_connections.Length);
        var started = _time.GetTimestamp();
        while (true)
        {
            var left = Deadline - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                throw trial.GiveUp(doing);

            var turn = _current;
            var connection = ConnectionAt(turn);
            try
            {
                var token = await LoginAsync(connection, cancellation);
                var limit = left < _attemptDeadline ? left : _attemptDeadline;
                return (await connection.CallAsync<TAnswer>(new(path, message, token), limit, cancellation), trial.MaybeSent);
            }
            catch (EtcdFault fault) when (fault.IsLoginNeeded && _settings.Username is not null && trial.LoginAgain())
            {
                _token = null;
            }
            catch (EtcdFault fault) when (fault.IsPassing)
            {
                Avoid(turn);
                if (trial.Note(fault))
                    throw trial.GiveUp(doing);
                if (trial.IsRoundOver)
                    await Task.Delay(RoundPause, _time, cancellation);
            }
            catch (EtcdFault fault)
            {
                throw fault.Explain(doing);
            }
        }
    }

    /// <summary>Begins a call that goes on, at the endpoint whose turn it is; if that fails the next call takes another.</summary>
    /// <exception cref="EtcdFault">It did not come about.</exception>
    public async Task<GrpcStream> OpenAsync(string path, IMessage message, CancellationToken cancellation)
    {
        var turn = _current;
        var connection = ConnectionAt(turn);
        try
        {
            return await connection.OpenAsync(new(path, message, await LoginAsync(connection, cancellation)), _attemptDeadline, cancellation);
        }
        catch (EtcdFault fault)
        {
            if (fault.IsLoginNeeded)
                _token = null;
            Avoid(turn);
            throw;
        }
    }

    /// <summary>A stream from that endpoint broke: its turn is over.</summary>
    public void Avoid(Uri endpoint)
    {
        var turn = _current;
        if (ConnectionAt(turn).Endpoint == endpoint)
            Avoid(turn);
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.Dispose();
    }

    private EtcdConnection ConnectionAt(int turn) => _connections[(uint)turn % (uint)_connections.Length];

    private void Avoid(int turn) => Interlocked.CompareExchange(ref _current, turn + 1, turn);

    private async Task<string?> LoginAsync(EtcdConnection connection, CancellationToken cancellation)
    {
        if (_settings.Username is null || _token is { } known)
            return _token;

        var login = new AuthenticateRequest { Name = _settings.Username, Password = _settings.Password ?? "" };
        try
        {
            var answer = await connection.CallAsync<AuthenticateResponse>(
                new("/etcdserverpb.Auth/Authenticate", login, Token: null), _attemptDeadline, cancellation);
            return _token = answer.Token;
        }
        catch (EtcdFault fault) when (fault.Code == GrpcCode.FailedPrecondition)
        {
            return _token = ""; // this etcd asks nobody for a login
        }
    }

    /// <summary>What was tried for one call.</summary>
    private sealed class Trial(int endpoints)
    {
        private readonly Dictionary<Uri, string> _faults = [];
        private int _attempts;
        private int _unsentInARow;
        private bool _loggedIn;

        public bool MaybeSent { get; private set; }

        public bool IsRoundOver => _attempts % endpoints == 0;

        /// <returns>True when every endpoint in turn could not even be connected to.</returns>
        public bool Note(EtcdFault fault)
        {
            _attempts++;
            _faults[fault.Endpoint] = fault.Message;
            _unsentInARow = fault.IsUnsent ? _unsentInARow + 1 : 0;
            MaybeSent |= !fault.IsUnsent;
            return _unsentInARow >= endpoints;
        }

        /// <returns>False the second time: the login is not to blame.</returns>
        public bool LoginAgain() => !_loggedIn && (_loggedIn = true);

        public DatastoreException GiveUp(string doing)
        {
            var faults = _faults.Select(pair => $"{pair.Key.GetLeftPart(UriPartial.Authority)}: {pair.Value}");
            return new($"could not {doing} in etcd ({string.Join("; ", faults)}): check that etcd runs and that these are its endpoints");
        }
    }
}
