namespace Calico.Netlink.Wire;

/// <summary>The exchanges that most tables need: refusals that are expected become values, others throw.</summary>
internal static class Exchanges
{
    extension(NetlinkSocket socket)
    {
        /// <summary>Sends one request.</summary>
        /// <returns>False when the kernel's answer is one of <paramref name="expected"/>.</returns>
        public bool TrySend(RequestBuffer request, string action, params ReadOnlySpan<Errno> expected)
        {
            var refused = socket.Send(request);
            if (refused.Count == 0)
                return true;

            return expected.Contains(refused[0].Errno) ? false : throw refused[0].ToException(action);
        }

        public List<T> List<T>(RequestBuffer request, Decoder<T?> decode, string action) where T : class
        {
            var objects = socket.Dump(request, decode, out var refusal);
            return refusal.IsSuccess ? objects : throw refusal.ToException(action);
        }

        /// <returns>Null when the kernel's answer is one of <paramref name="expected"/>.</returns>
        public T? Find<T>(RequestBuffer request, Decoder<T?> decode, string action, params ReadOnlySpan<Errno> expected) where T : class
        {
            var found = socket.Get(request, decode, out var refusal);
            return refusal.IsSuccess || expected.Contains(refusal.Errno) ? found : throw refusal.ToException(action);
        }
    }
}
