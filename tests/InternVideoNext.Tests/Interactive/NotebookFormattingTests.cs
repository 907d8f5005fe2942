using System.Reflection;
using InternVideoNext.Interactive;
using InternVideoNext.Modules;

namespace InternVideoNext.Tests.Interactive;

/// <summary>Looks at the display types as the notebook engines do: by name and by reflection.</summary>
public sealed class NotebookFormattingTests
{
    public static TheoryData<Type> Views() =>
        [.. typeof(IHtmlView).Assembly.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(IHtmlView)) && !type.IsAbstract)];

    [Theory]
    [MemberData(nameof(Views))]
    public void EveryView_ForDotNetInteractive_CarriesTheAttributeItLooksFor(Type view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var attribute = view.GetCustomAttributes(inherit: true)
            .Single(candidate => candidate.GetType().Name == "TypeFormatterSourceAttribute");
        var types = (string[])Read(attribute, "PreferredMimeTypes")!;
        Assert.Equal("text/html", types[0]);
        Assert.Equal(types.Order(), Formatters(attribute).Select(formatter => (string)Read(formatter, "MimeType")!).Order());
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void EveryView_ForVerso_HasAPublicToHtml(Type view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var method = view.GetMethod("ToHtml", BindingFlags.Public | BindingFlags.Instance, []);
        Assert.Equal(typeof(string), method?.ReturnType);
    }

    [Fact]
    public void Format_View_WritesWhatTheViewSays()
    {
        var view = new LineChart("Loss", "step", "loss");
        var attribute = view.GetType().GetCustomAttributes(inherit: true)
            .Single(candidate => candidate.GetType().Name == "TypeFormatterSourceAttribute");
        var written = Formatters(attribute)
            .ToDictionary(formatter => (string)Read(formatter, "MimeType")!, formatter => Format(formatter, view));
        Assert.Equal((true, view.ToHtml()), written["text/html"]);
        Assert.Equal((true, view.ToString()), written["text/plain"]);
        Assert.Equal((true, view.ToStaticBundle()["image/png"]), written["image/png"]);
        Assert.All(Formatters(attribute), formatter => Assert.Equal((false, ""), Format(formatter, "not a view")));
    }

    [Fact]
    public void ToStaticBundle_Chart_IsAPictureAndKeepsHtmlOut()
    {
        var bundle = new LineChart("Loss", "step", "loss").ToStaticBundle();
        Assert.Equal(["image/png", "text/plain"], bundle.Keys.Order());
        Assert.Equal(1050, Fragments.Decode(Convert.FromBase64String(bundle["image/png"])).Width);
    }

    [Fact]
    public void ToStaticBundle_ChartsSideBySide_AreOnePictureAndTheirCaptions()
    {
        var view = new SideBySide(new LineChart("Left", "step", "loss") { Caption = "It falls." }, new LineChart("Right", "step", "loss"))
        { Caption = "Both." };
        var one = Fragments.Decode(Convert.FromBase64String(new LineChart("Left", "step", "loss").ToStaticBundle()["image/png"]));
        var both = Fragments.Decode(Convert.FromBase64String(view.ToStaticBundle()["image/png"]));
        Assert.InRange(both.Width - one.Width, 0, 30);
        Assert.InRange(both.Height - (2 * one.Height), 0, 60);
        Assert.Equal("It falls. Both.", view.ToStaticCaption());
        Assert.Contains("text/html", new SideBySide(new KeyValueTable(("a", 1))).ToStaticBundle().Keys);
    }

    [Fact]
    public void ToStaticCaption_ChartOrPicture_IsItsCaption()
    {
        Assert.Equal("It falls.", new LineChart("Loss", "step", "loss") { Caption = "It falls." }.ToStaticCaption());
        Assert.Equal("One pixel.", new Picture(1, 1, [9, 8, 7]) { Caption = "One pixel." }.ToStaticCaption());
        Assert.Null(new LineChart("Loss", "step", "loss").ToStaticCaption());
    }

    [Fact]
    public void ToStaticCaption_Frames_NamesRowsLegendAndFrames()
    {
        using var clip = TorchSharp.torch.zeros(3, 4, 4, 4);
        using var mask = TorchSharp.torch.ones(16, dtype: TorchSharp.torch.@bool);
        var view = new MaskStrip(clip, [("tube, 75 %", mask), ("random", mask)], new TokenGrid(4, 2, 2))
        { Caption = "Two masks.", MaxFrames = 2 };
        Assert.Equal(
            "Rows, from the top: tube, 75 %; random. Two masks. tube, 75 %: 16; random: 16 of 16 tokens are masked. Frames 0, 3 of 0 to 3.",
            view.ToStaticCaption());
        Assert.Equal("Four frames.", new ClipPlayer(clip) { Caption = "Four frames." }.ToStaticCaption());
    }

    [Fact]
    public void ToStaticCaption_Table_IsNone() =>
        Assert.Null(new KeyValueTable(("a", 1)) { Caption = "It is in the table." }.ToStaticCaption());

    [Fact]
    public void ToStaticBundle_Frames_AreOnePngWideEnoughToSeeAndTheCaption()
    {
        using var clip = TorchSharp.torch.zeros(3, 4, 16, 16);
        var bundle = new ClipStrip(clip) { Caption = "Four frames." }.ToStaticBundle();
        Assert.Equal("Four frames.", bundle["text/plain"]);
        var png = Convert.FromBase64String(bundle["image/png"]);
        var width = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16));
        Assert.InRange(width, 1000, 1100);
    }

    [Fact]
    public void ToStaticBundle_Table_IsItsHtml()
    {
        var table = new KeyValueTable(("a", 1));
        Assert.Equal(table.ToHtml(), table.ToStaticBundle()["text/html"]);
    }

    private static (bool Done, string Text) Format(object formatter, object instance)
    {
        using var writer = new StringWriter();
        var method = formatter.GetType().GetMethod("Format", [typeof(object), typeof(TextWriter)])!;
        return ((bool)method.Invoke(formatter, [instance, writer])!, writer.ToString());
    }

    private static IEnumerable<object> Formatters(object attribute)
    {
        var source = Activator.CreateInstance((Type)Read(attribute, "FormatterSourceType")!)!;
        return (IEnumerable<object>)source.GetType().GetMethod("CreateTypeFormatters")!.Invoke(source, [])!;
    }

    private static object? Read(object instance, string property) => instance.GetType().GetProperty(property)!.GetValue(instance);
}
