namespace InternVideoNext.Notebooks.Html;

/// <summary>The pages' style sheet: the one of our reports, with what code and outputs need.</summary>
internal static class PageStyle
{
    public const string Sheet =
        """
        :root { --paper: #fff; --ink: #1d2127; --quiet: #59616b; --rule: #d9dde2; --tint: #f4f6f8; --link: #1a5fa8; --bad: #b3261e;
          --keyword: #7a3ea8; --text: #1f7a4d; --number: #a0522d }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #16191d; --ink: #dfe3e8; --quiet: #9aa4af; --rule: #343a42; --tint: #1f2429; --link: #7db4ec; --bad: #f2837b;
            --keyword: #c79bea; --text: #7fd1a5; --number: #e3a77b }
        }
        * { box-sizing: border-box }
        html { background: var(--paper); -webkit-text-size-adjust: 100% }
        body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.25rem 4rem; color: var(--ink);
          font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .6rem; letter-spacing: -.01em; text-wrap: balance }
        h2 { font-size: 1.3rem; margin: 2.2rem 0 .8rem; padding-top: 1.2rem; border-top: 1px solid var(--rule) }
        h3 { font-size: 1.05rem; margin: 1.6rem 0 .6rem }
        p, li { max-width: 44rem }
        p { margin: 0 0 1em }
        a { color: var(--link) }
        pre { background: var(--tint); padding: .8rem 1rem; margin: 0 0 .8em; border-radius: 4px; overflow-x: auto;
          font: .85rem/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
        :not(pre) > code { font: .9em ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; background: var(--tint); padding: .1em .25em; border-radius: 3px; overflow-wrap: anywhere }
        pre.code { border-left: 3px solid var(--rule); margin-top: 1em }
        .keyword { color: var(--keyword) } .text { color: var(--text) } .number { color: var(--number) }
        .comment, .directive { color: var(--quiet) }
        .output { margin: 0 0 1.2em; overflow-x: auto }
        .output pre { background: none; padding: 0 1rem }
        .error pre { color: var(--bad); white-space: pre-wrap }
        .formula { display: block; margin: 1em 0; overflow-x: auto; overflow-y: hidden }
        math { font-size: 1.1em; font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "DejaVu Math TeX Gyre", math }
        table { border-collapse: collapse; margin: 0 0 1em }
        th, td { padding: .3em .7em; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top }
        .wide { overflow-x: auto }
        img { max-width: 100% }
        details > summary { cursor: pointer }
        @media print { body { max-width: none; padding: 0; font-size: 10.5pt } pre { white-space: pre-wrap } figure, table { break-inside: avoid } }
        """;
}
