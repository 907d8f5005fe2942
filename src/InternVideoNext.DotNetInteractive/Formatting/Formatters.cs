using InternVideoNext.Ablations;
using InternVideoNext.DotNetInteractive.Charts;
using InternVideoNext.Interactive;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.Formatting;
using Plotly.NET;
using TorchSharp;

namespace InternVideoNext.DotNetInteractive.Formatting;

/// <summary>How the library's types, and Plotly.NET's charts, show themselves as a cell's value.</summary>
internal static class Formatters
{
    private const string Html = "text/html", Png = "image/png", Plain = "text/plain";
    private const int MostRows = 100;

    /// <summary>Registers them all.</summary>
    public static void Register()
    {
        Formatter.Register<Html>(html => html.Markup, Html);
        Formatter.Register<Html>(html => html.Text, Plain);
        Formatter.SetPreferredMimeTypesFor(typeof(Html), Html, Plain);
        Interactive<LineChart>(Figures.Of);
        Interactive<IntervalChart>(Figures.Of);
        Interactive<FeatureMap>(Figures.Of);
        Formatter.Register<GenericChart>(chart => new PlotlyFigure(GenericChart.toFigureJson(chart), null, null).ToHtml(), Html);
        Views<IEnumerable<LineChart>>(charts => charts);
        Views<TrainingCurves>(curves => curves.Losses());
        Views<RunHistory>(run => new TrainingCurves([run]).Losses());
        Views<RunConfig>(config => [new ConfigView(config)]);
        Views<torch.nn.Module>(module => [new ModelTree(module, module.GetName())]);
        Views<ProbeResult>(result => [ResultViews.Of(result)]);
        Views<AblationResult>(result => ResultViews.Of([result]));
        Views<IEnumerable<AblationResult>>(results => ResultViews.Of([.. results]));
        Views<AblationResults>(results => ResultViews.Of(results.Results));
        Views<IEnumerable<AblationSummary>>(summaries => ResultViews.Of([.. summaries]));
        Views<DataFrame>(frame => [ResultViews.Of(frame, MostRows)]);
    }

    // The picture stays beside the interactive chart, for pages that run no scripts.
    private static void Interactive<T>(Func<T, PlotlyFigure> figure)
        where T : HtmlView
    {
        Formatter.Register<T>(view => figure(view).ToHtml(), Html);
        Formatter.SetPreferredMimeTypesFor(typeof(T), Html, Png, Plain);
    }

    private static void Views<T>(Func<T, IEnumerable<IHtmlView>> views) => Formatter.Register<T>(
        value => string.Concat(views(value).Select(view => view.ToDisplayString(Html))), Html);
}
