using System.Net.Sockets;
using System.Text;
using Calico.Node.Startup;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Calico.Tests.Node;

/// <summary>What the node says to systemd, or to whoever else started it.</summary>
public sealed class SupervisionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-notify-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Who_asked_for_it_is_told_that_the_node_is_ready()
    {
        var path = Path.Combine(_folder, "notify");
        using var supervisor = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        supervisor.Bind(new UnixDomainSocketEndPoint(path));

        ReadyNotice.Send(path);

        var said = new byte[64];
        Assert.Equal("READY=1", Encoding.UTF8.GetString(said, 0, supervisor.Receive(said)));
    }

    [Fact]
    public void A_name_without_a_file_is_understood_too()
    {
        var name = $"calico-test-{Guid.NewGuid():n}";
        using var supervisor = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        supervisor.Bind(new UnixDomainSocketEndPoint($"\0{name}"));

        ReadyNotice.Send($"@{name}");

        Assert.Equal(7, supervisor.Receive(new byte[64]));
    }

    [Fact]
    public void Nobody_who_asked_and_one_who_is_gone_are_no_obstacle()
    {
        ReadyNotice.Send(null);
        ReadyNotice.Send(Path.Combine(_folder, "gone"));
    }

    [Theory]
    [InlineData(true, "/dev/pts/0", null, "simple")]
    [InlineData(false, "socket:[4711]", "8:4711", "journal")]
    [InlineData(false, "socket:[4712]", "8:4711", "json")] // inherited, and standard error led elsewhere
    [InlineData(false, "/var/log/calico/node.log", "8:4711", "json")]
    [InlineData(false, "socket:[4711]", null, "json")]
    [InlineData(false, null, "nonsense", "json")]
    public void Lines_have_the_form_of_where_they_go(bool isTerminal, string? standardError, string? journalStream, string form) =>
        Assert.Equal(form, NodeLogging.FormOf(isTerminal, standardError, journalStream));

    [Theory]
    [InlineData("simple")]
    [InlineData("journal")]
    [InlineData("json")]
    public void The_form_that_was_chosen_is_in_use(string form)
    {
        var services = new ServiceCollection().AddLogging(logging => NodeLogging.Configure(logging, LogLevel.Information, form));
        using var parts = services.BuildServiceProvider();

        Assert.Equal(form, parts.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName);
        Assert.Contains(parts.GetServices<ConsoleFormatter>(), formatter => formatter.Name == form);
    }

    [Theory]
    [InlineData(LogLevel.Information, "<6>NodeLife: one two\n")]
    [InlineData(LogLevel.Warning, "<4>NodeLife: one two\n")]
    [InlineData(LogLevel.Error, "<3>NodeLife: one two\n")]
    public void An_entry_of_the_journal_is_one_line_with_its_priority(LogLevel level, string line)
    {
        using var text = new StringWriter();

        new JournalLine().Write(new LogEntry<string>(level, typeof(NodeLife).FullName ?? "", 0, "one\ntwo", exception: null, (state, _) => state), scopeProvider: null, text);

        Assert.Equal(line, text.ToString());
    }

    [Fact]
    public void What_went_wrong_stands_in_the_same_line()
    {
        using var text = new StringWriter();

        new JournalLine().Write(new LogEntry<string>(LogLevel.Error, "A.B", 0, "failed", new IOException("disk\r\nfull"), (state, _) => state), scopeProvider: null, text);

        Assert.Equal("<3>B: failed System.IO.IOException: disk full\n", text.ToString());
    }
}
