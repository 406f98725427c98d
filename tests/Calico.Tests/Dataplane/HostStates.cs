using System.Collections.Immutable;
using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Tests.Dataplane;

/// <summary>Host states in few words.</summary>
internal static class HostStates
{
    public static readonly RulesId AllowAll = new("Profile", null, "allow-all");

    public static HostState With(params LocalEndpoint[] endpoints) => HostState.Empty with
    {
        Endpoints = endpoints.ToImmutableDictionary(endpoint => endpoint.Interface),
        Rules = HostState.Empty.Rules.Add(AllowAll, new([new() { Action = RuleAction.Allow }], [new() { Action = RuleAction.Allow }])),
    };

    public static LocalEndpoint Endpoint(string name, params string[] addresses) => new()
    {
        Id = "default/" + name,
        Interface = "cali" + name,
        Addresses = addresses.Select(HostPrefix).ToValueList(),
        Profiles = [AllowAll],
    };

    public static HostState WithRules(this HostState host, RulesId id, ValueList<HostRule> ingress, ValueList<HostRule>? egress = null) =>
        host with { Rules = host.Rules.Add(id, new(ingress, egress ?? [])) };

    public static HostState WithSet(this HostState host, string id, params string[] networks) =>
        host with { AddressSets = host.AddressSets.SetItem(id, [.. networks.Select(HostPrefix)]) };

    public static IPNetwork HostPrefix(string text) =>
        text.Contains('/', StringComparison.Ordinal) ? IPNetwork.Parse(text) : new(IPAddress.Parse(text), text.Contains(':', StringComparison.Ordinal) ? 128 : 32);
}
