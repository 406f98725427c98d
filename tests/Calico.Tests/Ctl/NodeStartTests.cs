using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Calico.Ctl;
using Calico.Ctl.NodeProcess;
using Calico.Model.Hosts;
using Calico.Model.Store;

namespace Calico.Tests.Ctl;

/// <summary>Starting calico-node, with a script in its place.</summary>
public sealed class NodeStartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calicoctl-test-").FullName;

    private string Socket => Path.Combine(_folder, "node.sock");

    private string Log => Path.Combine(_folder, "log", "calico-node.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_runs_in_a_session_of_its_own_with_its_output_in_the_log()
    {
        var launch = Script("echo node $NODENAME; echo session $(cut -d' ' -f6 /proc/self/stat) of $$; pwd; exit 3");
        Directory.CreateDirectory(Path.GetDirectoryName(Log) ?? "");
        var process = DetachedProcess.Start(launch.Program, [], launch.Environment, launch.Log);

        string how;
        while (!process.HasEnded(out how))
            await Task.Delay(10, TestContext.Current.CancellationToken);

        Assert.Equal("ended with status 3", how);
        Assert.Equal($"node vms100\nsession {process.Id} of {process.Id}\n/\n", await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task One_that_ends_at_once_is_an_error_with_the_end_of_its_log()
    {
        var error = await Assert.ThrowsAsync<CommandException>(() => RunAsync(Script("echo the store is broken >&2; exit 1")));

        Assert.Equal($"calico-node ended with status 1. The end of its log, {Log}:\nthe store is broken", error.Message);
    }

    [Fact]
    public void A_line_of_its_log_is_shown_as_a_person_reads_it()
    {
        const string Line = """{"Timestamp":"2026-11-26T09:16:15.318Z","EventId":1,"LogLevel":"Critical","Category":"X","Message":"the name \u0027a\u0027 is taken","State":{}}""";

        Assert.Equal("2026-11-26T09:16:15.318Z Critical: the name 'a' is taken", NodeLogLine.Read(Line));
        Assert.Equal("[1]", NodeLogLine.Read("[1]"));
        Assert.Equal("plain words", NodeLogLine.Read("plain words"));
    }

    [Fact]
    public async Task One_that_cannot_be_started_is_an_error()
    {
        var launch = Script("exit 0") with { Program = Path.Combine(_folder, "missing") };

        Assert.Contains("No such file or directory", (await Assert.ThrowsAsync<CommandException>(() => RunAsync(launch))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_runs_already_is_left_alone()
    {
        using var node = new AnsweringNode(Socket, pid: 4711);

        Assert.Equal("Calico node is already running (process 4711, node vms100)\n", await RunAsync(Script("exit 1")));
    }

    [Fact]
    public async Task It_has_started_when_it_answers_that_it_is_ready()
    {
        // The node is there only after the first question, as if the script had brought it.
        var launch = Script($"touch {_folder}/up; sleep 20");
        var starting = RunAsync(launch);
        while (!File.Exists(Path.Combine(_folder, "up")))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        var process = int.Parse((await File.ReadAllTextAsync(Path.Combine(_folder, "pid"), TestContext.Current.CancellationToken)).Trim());
        using var node = new AnsweringNode(Socket, process);

        Assert.EndsWith($"Calico node started successfully\nIts log is {Log}\n", await starting, StringComparison.Ordinal);
        await NodeStop.RunAsync(process, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_command_line_can_be_typed_and_hides_the_password()
    {
        var launch = Script("exit 0") with
        {
            Variables = new Dictionary<string, string> { ["IP_AUTODETECTION_METHOD"] = "interface=ens.*", ["ETCD_PASSWORD"] = "secret" },
        };

        Assert.Equal($"IP_AUTODETECTION_METHOD='interface=ens.*' ETCD_PASSWORD=… {launch.Program}", launch.CommandLine);
    }

    private async Task<string> RunAsync(NodeLaunch launch)
    {
        var output = new StringWriter();
        var terminal = new Terminal(output, output, TextReader.Null, TimeProvider.System);
        await new NodeStart(terminal, new StatusSocket(Socket)).RunAsync(launch, TestContext.Current.CancellationToken);
        return output.ToString();
    }

    private NodeLaunch Script(string body)
    {
        var program = Path.Combine(_folder, "calico-node");
        File.WriteAllText(program, $"#!/bin/sh\necho $$ > {_folder}/pid\n{body}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new() { Program = program, Variables = new Dictionary<string, string> { ["NODENAME"] = "vms100" }, Log = Log };
    }

    /// <summary>Answers every connection with a status.</summary>
    private sealed class AnsweringNode : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly Task _answering;

        public AnsweringNode(string path, int pid)
        {
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            _listener.Listen();
            _answering = AnswerAsync(new NodeStatus
            {
                Node = "vms100",
                Version = "0.1.0",
                Pid = pid,
                StartedAt = DateTimeOffset.UnixEpoch,
                Ready = true,
                Datastore = "in sync",
            });
        }

        public void Dispose()
        {
            _listener.Dispose();
            _answering.Wait(TimeSpan.FromSeconds(5));
        }

        private async Task AnswerAsync(NodeStatus status)
        {
            var body = JsonSerializer.Serialize(status, ModelJson.Default.NodeStatus);
            var answer = Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
            try
            {
                while (true)
                {
                    using var connection = await _listener.AcceptAsync();
                    await connection.ReceiveAsync(new byte[4096]);
                    await connection.SendAsync(answer);
                }
            }
            catch (SocketException)
            {
                // The listener is gone: the test is over.
            }
            catch (ObjectDisposedException)
            {
                // As above.
            }
        }
    }
}
