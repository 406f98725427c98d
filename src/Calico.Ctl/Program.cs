using Calico.Ctl.Commands;

return await CommandTree.Build(Calico.Ctl.Terminal.OfProcess()).Parse(args).InvokeAsync();
