using Calico.Ctl;
using Calico.Ctl.Commands;
using Calico.Datastore.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

var terminal = Terminal.OfProcess();
return await CommandTree.Build(terminal, Open).Parse(args).InvokeAsync();

Calico.Datastore.IStore Open(string? configuration, string author)
{
    var settings = DatastoreSettings.Load(configuration, Environment.GetEnvironmentVariable);
    foreach (var notice in settings.Notices)
        terminal.Error.WriteLine(notice);
    return Stores.Open(settings, author, terminal.Time, NullLogger.Instance);
}
