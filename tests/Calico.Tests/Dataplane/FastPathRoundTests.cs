using System.Net;
using Calico.Dataplane.FastPath;
using Calico.Netlink;
using Calico.Tests.Support;

namespace Calico.Tests.Dataplane;

public sealed class FastPathRoundTests : IDisposable
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(90);

    private static readonly FastPathWanted _some = new(new Dictionary<IPAddress, FastWorkload>(), new HashSet<int>(), new HashSet<int> { 2, 10 });

    private readonly SettableTime _time = new();
    private readonly FakeFastPath _kernel = new();
    private readonly FastPathRound _round;
    private int _asked;

    public FastPathRoundTests() => _round = new(_kernel.Load, new(_time, _every));

    public void Dispose() => _round.Dispose();

    [Fact]
    public void It_is_loaded_once_there_is_somebody_to_serve()
    {
        Reconcile(FastPathWanted.Nothing);
        Assert.Equal(0, _kernel.Attempts);

        Reconcile(_some);
        Reconcile(_some);
        Reconcile(FastPathWanted.Nothing);

        Assert.Equal(1, _kernel.Attempts);
        Assert.Equal(0, _round.Interfaces);
        Assert.Null(_round.WhyNot);
    }

    [Fact]
    public void What_failed_is_tried_again_when_all_is_compared_and_not_before()
    {
        _kernel.Missing = new("find the kernel's function", Errno.ENOENT);
        Reconcile(_some);
        Assert.StartsWith("find the kernel's function: ENOENT", _round.WhyNot, StringComparison.Ordinal);

        _time.Advance(_every / 2);
        Reconcile(_some);
        Assert.Equal(1, _kernel.Attempts);
        Assert.Equal(1, _asked); // nobody asks the kernel what is wanted while nothing comes of it

        _kernel.Missing = new("load the program", Errno.ENOMEM);
        _time.Advance(_every / 2);
        Reconcile(_some);
        Reconcile(_some);
        Assert.Equal(2, _kernel.Attempts);
        Assert.StartsWith("load the program: ENOMEM", _round.WhyNot, StringComparison.Ordinal);

        _kernel.Missing = null;
        _time.Advance(_every);
        Reconcile(_some);
        Assert.Null(_round.WhyNot);
        Assert.Equal(2, _round.Interfaces);
    }

    [Fact]
    public void One_that_the_kernel_refuses_to_change_ends_and_another_begins_later()
    {
        Reconcile(_some);
        _kernel.Refusal = new("attach", Errno.ENOMEM);
        Reconcile(_some);
        Assert.Equal(0, _kernel.Loaded);
        Assert.Equal(0, _round.Interfaces);

        _kernel.Refusal = null;
        _time.Advance(_every);
        Reconcile(_some);
        Assert.Equal(1, _kernel.Loaded);
        Assert.Equal(2, _round.Interfaces);
        Assert.Equal(2, _kernel.Readings); // each has read them
    }

    [Fact]
    public void A_reason_holds_until_an_attempt_shows_otherwise()
    {
        _kernel.Missing = new("load the program", Errno.ENOMEM);
        Reconcile(_some);

        _time.Advance(_every);
        Reconcile(FastPathWanted.Nothing);

        Assert.Equal(1, _kernel.Attempts);
        Assert.NotNull(_round.WhyNot);
    }

    [Fact]
    public void Timeouts_are_read_at_first_and_when_all_is_compared()
    {
        Reconcile(_some);
        Reconcile(_some);
        Assert.Equal(1, _kernel.Readings);

        _time.Advance(_every - TimeSpan.FromMilliseconds(2)); // a timer of that length may be early
        Reconcile(_some);
        Assert.Equal(2, _kernel.Readings);
    }

    [Fact]
    public void Where_it_is_not_to_be_nothing_is_asked()
    {
        using var none = new FastPathRound(load: null, new(_time, _every));

        none.Reconcile(Ask);

        Assert.Equal(0, _asked);
        Assert.Null(none.WhyNot);
    }

    [Theory]
    [InlineData(Errno.ENOENT, "6.1.0", "Linux 6.6 or later has it, this is 6.1.0")]
    [InlineData(Errno.EPERM, "6.12.0", "CAP_BPF and CAP_PERFMON")]
    [InlineData(Errno.ENOENT, "6.12.0", "nf_conntrack")]
    [InlineData(Errno.ENOMEM, "6.12.0", "tried again")]
    public void Why_there_is_none_says_what_to_do(Errno errno, string kernel, string remedy)
    {
        var reason = FastPathRefusal.Explain(new NetlinkException("do it", errno), Version.Parse(kernel));

        Assert.StartsWith($"do it: {errno}. Containers work without it; ", reason, StringComparison.Ordinal);
        Assert.Contains(remedy, reason, StringComparison.Ordinal);
    }

    private void Reconcile(FastPathWanted wanted) => _round.Reconcile(() => wanted == _some ? Ask() : wanted);

    private FastPathWanted Ask()
    {
        _asked++;
        return _some;
    }
}
