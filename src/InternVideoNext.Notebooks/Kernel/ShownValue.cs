using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis.CSharp.Scripting.Hosting;

namespace InternVideoNext.Notebooks.Kernel;

/// <summary>
/// A value as MIME content. Types show themselves by public methods, found by name so that no reference is needed:
/// <c>string ToHtml()</c>, and for what a saved notebook keeps <c>IReadOnlyDictionary&lt;string, string&gt; ToStaticBundle()</c>
/// and <c>string? ToStaticCaption()</c>.
/// </summary>
/// <param name="Data">By MIME type; pictures in base64.</param>
/// <param name="Html">The value's own HTML, or null.</param>
/// <param name="Caption">The words to be kept beneath a picture, or null.</param>
internal sealed record ShownValue(IReadOnlyDictionary<string, string> Data, string? Html, string? Caption)
{
    public static ShownValue Of(object value)
    {
        var html = Call<string>(value, "ToHtml");
        if (html is null) return new(Plain(Text(value)), null, null);
        var bundle = Call<IReadOnlyDictionary<string, string>>(value, "ToStaticBundle")
            ?? new Dictionary<string, string>(Plain(value.ToString() ?? "")) { ["text/html"] = html };
        return new(bundle, html, Call<string>(value, "ToStaticCaption"));
    }

    private static Dictionary<string, string> Plain(string text) => new() { ["text/plain"] = text };

    private static string Text(object value) => value switch
    {
        string text => text,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        System.Collections.IEnumerable => CSharpObjectFormatter.Instance.FormatObject(value),
        _ => value.ToString() ?? "",
    };

    private static T? Call<T>(object value, string name)
        where T : class
    {
        var method = value.GetType().GetMethod(name, BindingFlags.Public | BindingFlags.Instance, []);
        if (method is null || !method.ReturnType.IsAssignableTo(typeof(T))) return null;
        return (T?)method.Invoke(value, BindingFlags.DoNotWrapExceptions, null, null, CultureInfo.InvariantCulture);
    }
}
