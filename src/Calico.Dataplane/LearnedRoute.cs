using System.Net;
using Calico.Model.Values;

namespace Calico.Dataplane;

/// <summary>Where BGP says that a prefix is to be sent.</summary>
/// <param name="NextHops">One, or several of equal worth. A link-local one carries its link as scope id.</param>
public sealed record LearnedRoute(ValueList<IPAddress> NextHops);
