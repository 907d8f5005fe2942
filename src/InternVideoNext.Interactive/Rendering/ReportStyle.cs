namespace InternVideoNext.Interactive.Rendering;

/// <summary>The report's style sheet. It holds no &lt; and no &amp;, so that the document stays well-formed XML.</summary>
internal static class ReportStyle
{
    public const string Sheet =
        """

        :root { --paper: #fff; --ink: #1d2127; --quiet: #59616b; --rule: #d9dde2; --tint: #f4f6f8; --link: #1a5fa8 }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #16191d; --ink: #dfe3e8; --quiet: #9aa4af; --rule: #343a42; --tint: #1f2429; --link: #7db4ec }
        }
        * { box-sizing: border-box }
        html { background: var(--paper); -webkit-text-size-adjust: 100% }
        body {
          margin: 0 auto; max-width: 72rem; padding: 2.5rem 1.25rem 4rem; color: var(--ink);
          font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif
        }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .6rem; letter-spacing: -.01em }
        h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .8rem }
        h3 { font-size: 1.05rem; margin: 1.6rem 0 .6rem }
        h1, h2, h3 { text-wrap: balance }
        p, li { max-width: 42rem }
        p { margin: 0 0 1em }
        .lead { font-size: 1.15rem; color: var(--quiet) }
        a { color: var(--link) }
        :focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
        nav { margin: 1.5rem 0 0; font-size: .95rem }
        nav ol { columns: 16rem; margin: 0; padding-left: 1.4rem }
        section, footer { margin-top: 2.5rem; padding-top: 1.5rem; border-top: 1px solid var(--rule) }
        footer { font-size: .9rem }
        footer h2 { font-size: 1.05rem }
        pre {
          background: var(--tint); padding: .8rem 1rem; margin: 0 0 1em; border-radius: 4px; overflow-x: auto;
          font: .85rem/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace
        }
        summary { cursor: pointer }
        footer summary { margin-bottom: .6rem }
        img { max-width: 100% }
        @media print {
          :root { --paper: #fff; --ink: #000; --quiet: #444; --rule: #ccc; --tint: #f4f4f4; --link: #000 }
          body { max-width: none; padding: 0; font-size: 10.5pt }
          nav { display: none }
          figure, table, .ivn { break-inside: avoid }
          h2, h3 { break-after: avoid }
          pre { white-space: pre-wrap }
        }

        """;
}
