using Microsoft.DotNet.Interactive.Commands;

namespace InternVideoNext.DotNetInteractive.Commands;

/// <summary><c>#!ivnext charts</c>: plotly.js for a page that was loaded anew.</summary>
internal sealed class LoadCharts : KernelDirectiveCommand;
