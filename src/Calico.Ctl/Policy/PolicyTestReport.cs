using System.Globalization;
using System.Xml;

namespace Calico.Ctl.Policy;

/// <summary>The outcome of policy tests, for people and for CI systems.</summary>
internal static class PolicyTestReport
{
    private const int MostFailures = 5;

    public static void WritePlain(IReadOnlyList<PolicyTestResult> results, TextWriter output)
    {
        foreach (var result in results)
        {
            output.WriteLine(result.IsPassed
                ? $"ok    {result.Test.Name}"
                : $"FAIL  {result.Test.Name} ({result.Test.Place})");
            foreach (var failure in result.Failures.Take(MostFailures))
                output.WriteLine($"      {failure}");
            if (result.Failures.Count > MostFailures)
                output.WriteLine($"      … and {result.Failures.Count - MostFailures} more of {result.Flows} flows");
        }

        var failed = results.Count(result => !result.IsPassed);
        output.WriteLine($"{results.Count - failed} passed, {failed} failed, {results.Sum(result => result.Flows)} flows");
    }

    /// <summary>JUnit's XML, a suite a file.</summary>
    public static void WriteJUnit(string suite, IReadOnlyList<PolicyTestResult> results, TextWriter output)
    {
        using var xml = XmlWriter.Create(output, new() { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" });
        xml.WriteStartElement("testsuites");
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", suite);
        xml.WriteAttributeString("tests", Number(results.Count));
        xml.WriteAttributeString("failures", Number(results.Count(result => !result.IsPassed)));
        foreach (var result in results)
            WriteCase(suite, result, xml);

        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.Flush();
        output.WriteLine();
    }

    private static void WriteCase(string suite, PolicyTestResult result, XmlWriter xml)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Path.GetFileNameWithoutExtension(suite));
        xml.WriteAttributeString("name", result.Test.Name);
        if (!result.IsPassed)
        {
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("message", result.Failures[0]);
            xml.WriteString($"{result.Test.Place}\n{string.Join('\n', result.Failures)}");
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
