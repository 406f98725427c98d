using Calico.Bgpd;
using Calico.Bgpd.Configuration;
using Calico.Bgpd.Control;

if (CommandLine.Parse(args) is not { } command)
    return CommandLine.Answer(args);

// What a socket waits for continues on the thread that hears of it: one thread fewer to wake between an UPDATE and what follows from it.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

try
{
    var configuration = ConfigurationFile.Read(command.ConfigurationFile);
    if (command.CheckOnly)
        return 0;

    using var log = new LineLog(Console.Error, LineLog.Level(Environment.GetEnvironmentVariable("CALICO_LOG_LEVEL")), TimeProvider.System);
    await using var router = new Router(command.ConfigurationFile, configuration, log);
    using var control = command.ControlSocket is { } path ? ControlSocket.Open(path) : null;
    return await router.RunAsync(control);
}
catch (Exception e) when (e is ConfigurationException or Calico.Netlink.NetlinkException or IOException)
{
    await Console.Error.WriteLineAsync($"calico-bgpd: {e.Message}");
    return 1;
}
