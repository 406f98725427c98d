using Calico.Checker.Histories;

namespace Calico.Checker.Checks;

/// <summary>No address is two owners' at one moment, none that was given out is lost, none that came back is still somebody's.</summary>
internal sealed class AddressCheck(History history)
{
    private readonly Dictionary<string, Release> _released = history.Releases
        .GroupBy(release => release.Handle)
        .ToDictionary(same => same.Key, same => same.OrderBy(release => release.Began).First());

    private readonly HashSet<string> _givenBack = [.. history.Releases.Where(release => release.Ending == Ending.Done).Select(release => release.Handle)];

    public IEnumerable<string> Faults() => [.. Double(), .. Lost(), .. Kept(), .. history.BookFaults.Select(fault => $"books: {fault}")];

    /// <summary>Surely held: from the answer that gave it to the beginning of the giving back.</summary>
    private IEnumerable<string> Double()
    {
        var held = from allocation in history.Allocations
                   where allocation.Ending == Ending.Done
                   from address in allocation.Addresses
                   select (Address: address, allocation.Handle, From: allocation.Ended, To: _released.GetValueOrDefault(allocation.Handle)?.Began ?? long.MaxValue);
        foreach (var same in held.GroupBy(holding => holding.Address))
        {
            var (handle, until) = ("", long.MinValue);
            foreach (var holding in same.OrderBy(holding => holding.From))
            {
                if (holding.From < until)
                    yield return $"double allocation: {same.Key} was given to {holding.Handle} while {handle} had it";
                if (holding.To > until)
                    (handle, until) = (holding.Handle, holding.To);
            }
        }
    }

    private IEnumerable<string> Lost() =>
        from allocation in history.Allocations
        where allocation.Ending == Ending.Done && !_released.ContainsKey(allocation.Handle)
        from address in allocation.Addresses
        let owner = history.Books.GetValueOrDefault(address)
        where owner != allocation.Handle
        select $"lost allocation: {address} was given to {allocation.Handle}, and the books say {owner ?? "nobody"}";

    private IEnumerable<string> Kept()
    {
        var known = history.Allocations.Where(allocation => allocation.Ending != Ending.Refused).Select(allocation => allocation.Handle).ToHashSet();
        foreach (var (address, handle) in history.Books)
        {
            if (_givenBack.Contains(handle))
                yield return $"lost release: {address} was given back by {handle}, and the books still say so";
            else if (!known.Contains(handle))
                yield return $"out of nothing: {address} is {handle}'s by the books, who never asked or was refused";
        }
    }
}
