using System.Net;
using System.Net.Sockets;
using Calico.Bgp.Network;
using Calico.Bgp.Session;

namespace Calico.Bgp.Bfd;

/// <summary>One BFD session with its timers and the socket that it sends by. The loop of <see cref="BfdSpeaker"/> owns it.</summary>
internal sealed class BfdSession : IDisposable
{
    private readonly uint _discriminator = (uint)Random.Shared.NextInt64(1, uint.MaxValue);
    private readonly SpeakerOptions _options;
    private readonly Action<BfdSession, BfdState> _changed;
    private readonly Deadline _transmit;
    private readonly Deadline _detect;
    private BfdProgress _progress = new();
    private Socket? _socket;

    public BfdSession(BfdTarget target, SpeakerOptions options, Func<Action, Deadline> newDeadline, Action<BfdSession, BfdState> changed)
    {
        Target = target;
        _options = options;
        _changed = changed;
        _transmit = newDeadline(Transmit);
        _detect = newDeadline(() => Become(BfdMachine.Expire(_progress)));
        Transmit();
    }

    public BfdTarget Target { get; private set; }

    public uint Discriminator => _discriminator;

    public BfdState State => _progress.State;

    public BfdDiagnostic Diagnostic => _progress.Diagnostic;

    /// <summary>The peer itself says that it does not want the session: no failure (RFC 5882 §4.2).</summary>
    public bool IsPeerAdminDown => _progress.RemoteState == BfdState.AdminDown;

    public void Receive(BfdPacket packet)
    {
        var next = BfdMachine.Receive(_progress, packet, Target.Settings);
        var detection = next.DetectionTime(Target.Settings);
        _detect.Restart(detection);
        var before = _progress.TransmitInterval(Target.Settings);
        Become(next);
        if (_progress.TransmitInterval(Target.Settings) != before)
            Schedule(); // RFC 5880 §6.8.3: the peer wants to hear us at another pace from now on, not from the next packet on
        if (packet.Poll)
            Send(final: true);
    }

    /// <summary>Other intervals; the session goes on.</summary>
    public void Adjust(BfdTarget target)
    {
        Target = target;
        Become(BfdMachine.Adjust(_progress));
        Transmit();
    }

    /// <summary>Tells the peer that this is no failure (RFC 5880 §6.8.16), and ends.</summary>
    public void Dispose()
    {
        _transmit.Dispose();
        _detect.Dispose();
        _progress = _progress with { State = BfdState.AdminDown, Diagnostic = BfdDiagnostic.AdministrativelyDown };
        Send(final: false);
        _socket?.Dispose();
    }

    private void Become(BfdProgress next)
    {
        var before = _progress;
        _progress = next;
        if (next.State != before.State)
        {
            Transmit(); // the peer hears of it at once
            _changed(this, before.State);
        }
    }

    private void Transmit()
    {
        Send(final: false);
        Schedule();
    }

    private void Schedule()
    {
        var interval = _progress.TransmitInterval(Target.Settings);

        // RFC 5880 §6.8.7: 75 to 100 percent, and with a multiplier of one no more than 90.
        _transmit.Restart(interval * (0.75 + (Target.Settings.Multiplier == 1 ? 0.15 : 0.25) * Random.Shared.NextDouble()));
    }

    private void Send(bool final)
    {
        Span<byte> bytes = stackalloc byte[BfdPacket.Length];
        BfdMachine.Compose(_progress, _discriminator, Target.Settings, final).Encode(bytes);
        try
        {
            _socket ??= Open();
            _socket.SendTo(bytes, SocketFlags.None, new IPEndPoint(Target.Remote, Target.Port));
        }
        catch (SocketException)
        {
            // no way to the peer now: that nothing comes back is what the session is there to notice
            _socket?.Dispose();
            _socket = null;
        }
    }

    /// <summary>RFC 5881 §4, §5: from a port of the dynamic range, with a TTL of 255.</summary>
    private Socket Open()
    {
        const int FirstPort = 49152;
        const int Ports = 16384;
        var socket = _options.OpenDatagramSocket(Target.Remote.AddressFamily);
        try
        {
            SocketSecurity.SetFarthest(socket);
            var local = Target.Local ?? (Target.Remote.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any);
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    socket.Bind(new IPEndPoint(local, FirstPort + (int)((_discriminator + (uint)attempt) % Ports)));
                    socket.Blocking = false;
                    return socket;
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < 100)
                {
                    // the next one
                }
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
