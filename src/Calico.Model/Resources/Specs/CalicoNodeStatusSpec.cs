using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Asks a node to write of itself into the resource's status, now and then.</summary>
public sealed record CalicoNodeStatusSpec
{
    public string? Node { get; init; }

    public ValueList<NodeStatusClass>? Classes { get; init; }

    /// <summary>0 to 86400; 0: the status is not written.</summary>
    public int? UpdatePeriodSeconds { get; init; }
}

/// <summary>A part of a node's status.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodeStatusClass>))]
public enum NodeStatusClass
{
    Agent,
    BGP,
    Routes,
}
