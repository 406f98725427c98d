namespace Calico.Tests.Plugins;

/// <summary>Waits for what another task brings about.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> claim)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            if (await claim())
                return;

            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }

        Assert.Fail("it did not come about within 10 s");
    }
}
