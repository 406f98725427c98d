using Calico.Plugins.Docker.Networks;

namespace Calico.Tests.Plugins;

/// <summary>Many who ask the same at once.</summary>
public sealed class SharedQuestionsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_who_come_while_it_is_being_answered_share_an_answer_that_was_asked_for_after_all_of_them_came()
    {
        var asked = new List<TaskCompletionSource<int>>();
        var begun = new SemaphoreSlim(0);
        var questions = new SharedQuestions<string, int>(Ask, TimeSpan.FromMinutes(1), TimeProvider.System);

        var first = questions.AskAsync("net", Cancel);
        await begun.WaitAsync(Cancel);
        var second = questions.AskAsync("net", Cancel);
        var third = questions.AskAsync("net", Cancel);
        var other = questions.AskAsync("other", Cancel);
        await begun.WaitAsync(Cancel);
        asked[1].SetResult(20);
        Assert.Equal(20, await other);
        Assert.Equal(2, asked.Count); // the later two wait for the first one's end

        asked[0].SetResult(1);
        Assert.Equal(1, await first);
        await begun.WaitAsync(Cancel);
        asked[2].SetResult(2);
        Assert.Equal((2, 2), (await second, await third));

        var late = questions.AskAsync("net", Cancel);
        await begun.WaitAsync(Cancel);
        asked[3].SetResult(3);
        Assert.Equal(3, await late);

        Task<int> Ask(string key, CancellationToken cancellation)
        {
            var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (asked)
                asked.Add(answer);
            begun.Release();
            return answer.Task;
        }
    }

    [Fact]
    public async Task One_who_will_not_wait_or_an_answer_that_fails_holds_up_no_other()
    {
        var answers = new Queue<TaskCompletionSource<int>>([new(), new()]);
        var begun = new SemaphoreSlim(0);
        var questions = new SharedQuestions<string, int>(
            (_, cancellation) =>
            {
                begun.Release();
                return answers.Dequeue().Task.WaitAsync(cancellation);
            },
            TimeSpan.FromMilliseconds(50),
            TimeProvider.System);
        using var impatient = new CancellationTokenSource();

        var first = questions.AskAsync("net", Cancel); // nobody answers it
        await begun.WaitAsync(Cancel);
        answers.Peek().SetResult(7);
        var gone = questions.AskAsync("net", impatient.Token);
        var second = questions.AskAsync("net", Cancel);
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(7, await second);
    }
}
