using System.Text;
using Calico.Datastore.Files;
using Calico.Tests.Support;

namespace Calico.Tests.Datastore;

public sealed class RecordLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_appended_is_told_in_order_by_the_next_to_open_it()
    {
        Write("one", "", "three");

        Assert.Equal(["one", "", "three"], Read());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void Wherever_a_crash_cuts_the_file_the_whole_records_before_are_kept_and_appending_goes_on()
    {
        Write("one", "two", "three");
        var whole = System.IO.File.ReadAllBytes(File);
        for (var length = 0; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            var kept = Read();
            Assert.Equal(new[] { "one", "two", "three" }.Take(kept.Count), kept);

            Write("next");
            Assert.Equal([.. kept, "next"], Read());
        }
    }

    [Fact]
    public void A_record_whose_bytes_changed_ends_what_is_told()
    {
        Write("one", "two", "three");
        var bytes = System.IO.File.ReadAllBytes(File);
        bytes[Encoding.UTF8.GetString(bytes).IndexOf("two", StringComparison.Ordinal)] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);

        Assert.Equal(["one"], Read());
    }

    [Fact]
    public void A_file_of_some_other_program_is_refused_and_left_alone()
    {
        System.IO.File.WriteAllText(File, "something else entirely");

        Assert.Contains("is not a log of ours", Assert.Throws<IOException>(Read).Message, StringComparison.Ordinal);
        Assert.Equal("something else entirely", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_new_file_takes_the_place_of_the_old_one_whole()
    {
        Write("old");
        using (var next = RecordLog.Create(File + ".next"))
        {
            next.Append("new"u8);
            Assert.Equal(["old"], Read());
            next.TakePlaceOf(File);
            next.Append("newer"u8);
        }

        Assert.Equal(["new", "newer"], Read());
    }

    private void Write(params string[] records)
    {
        using var log = RecordLog.Open(File, _ => { });
        foreach (var record in records)
            log.Append(Encoding.UTF8.GetBytes(record));
        log.Sync();
    }

    private List<string> Read()
    {
        var told = new List<string>();
        using var log = RecordLog.Open(File, record => told.Add(Encoding.UTF8.GetString(record.Span)));
        return told;
    }
}
