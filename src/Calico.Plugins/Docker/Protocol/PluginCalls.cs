using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Calico.Datastore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker.Protocol;

/// <summary>Maps the calls of Docker's plugin protocol: a POST of JSON to <c>/ROLE.METHOD</c>, answered by JSON.</summary>
/// <remarks>
/// Bodies are read by hand, for Docker sends no Content-Type. Failures are a status 500 with <see cref="Refusal"/>, which every
/// call of every engine shows to the user as <c>ROLE.METHOD: text</c>. Docker itself waits for ever, so each call has a limit.
/// </remarks>
internal sealed partial class PluginCalls(IEndpointRouteBuilder routes, TimeSpan limit, TimeProvider time, ILogger log)
{
    private const string MediaType = "application/vnd.docker.plugins.v1.2+json";

    /// <summary>More than any request of Docker's by far.</summary>
    private const long LargestBody = 1 << 20;

    /// <summary>How long after the limit a handler may still be undoing before its caller is answered without it.</summary>
    private static readonly TimeSpan UndoTime = TimeSpan.FromSeconds(5);

    /// <summary>A call without arguments; its body is not looked at.</summary>
    public void Map<TResponse>(string call, Func<HttpContext, CancellationToken, Task<TResponse>> handler, JsonTypeInfo<TResponse> response)
    {
        routes.MapPost("/" + call, (RequestDelegate)Answer);

        Task Answer(HttpContext context) => AnswerAsync(context, call, cancellation => handler(context, cancellation), response);
    }

    public void Map<TRequest, TResponse>(
        string call, Func<TRequest, CancellationToken, Task<TResponse>> handler, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response) =>
        Map(call, async (context, cancellation) => await handler(await ReadAsync(context, request, cancellation), cancellation), response);

    private async Task AnswerAsync<TResponse>(
        HttpContext context, string call, Func<CancellationToken, Task<TResponse>> handler, JsonTypeInfo<TResponse> response)
    {
        var began = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            var answer = await handler(either.Token).WaitAsync(limit + UndoTime, time, CancellationToken.None);
            var took = time.GetElapsedTime(began);
            Done(call, took);
            await context.Response.WriteAsJsonAsync(answer, response, MediaType, context.RequestAborted);
        }
        catch (Exception e)
        {
            var text = Explain(e, deadline.IsCancellationRequested);
            if (e is PluginException or DatastoreException)
                Refused(call, text);
            else
                Failed(call, e);
            if (!context.RequestAborted.IsCancellationRequested)
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                await context.Response.WriteAsJsonAsync(new Refusal(text, text), PluginJson.Default.Refusal, MediaType, context.RequestAborted);
            }
        }
    }

    private static async Task<TRequest> ReadAsync<TRequest>(HttpContext context, JsonTypeInfo<TRequest> type, CancellationToken cancellation)
    {
        // Docker repeats a call whose connection broke with an empty body; taken for defaults, an address would be lost.
        if (context.Request.ContentLength == 0)
            throw new PluginException("the request has no body: Docker lost it when it repeated the call; try the command again");
        if (context.Request.ContentLength > LargestBody)
            throw new PluginException($"the request is too large: {context.Request.ContentLength} bytes, where {LargestBody} are more than any needs");
        if (context.Request.ContentLength is null && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = LargestBody;

        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, cancellation)
                ?? throw new PluginException("the request's JSON is null; expected an object");
        }
        catch (JsonException e)
        {
            throw new PluginException($"the request's JSON cannot be read: {e.Message}", e);
        }
        catch (BadHttpRequestException e)
        {
            throw new PluginException($"the request cannot be read: {e.Message}", e);
        }
    }

    private string Explain(Exception e, bool late) => e switch
    {
        PluginException or DatastoreException => e.Message,
        OperationCanceledException or TimeoutException when late => $"not done within {limit.TotalSeconds:0.#} s; see calico-node's log",
        _ => $"calico-node failed: {e.Message}; see its log",
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Call} done in {Took}")]
    private partial void Done(string call, TimeSpan took);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Call} refused: {Reason}")]
    private partial void Refused(string call, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Call} failed")]
    private partial void Failed(string call, Exception e);
}
