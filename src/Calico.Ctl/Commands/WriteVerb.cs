namespace Calico.Ctl.Commands;

internal enum WriteVerb
{
    Create,
    Apply,
    Replace,
}
