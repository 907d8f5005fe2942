using InternVideoNext.Notebooks.Jupyter;

namespace InternVideoNext.Tests.Notebooks;

public sealed class JupyterOutcomeTests
{
    [Theory]
    [InlineData("""{ "output_type": "stream", "name": "stderr", "text": ["a red ", "box\n"] }""", "cell 2: it writes to standard error: a red box")]
    [InlineData("""{ "output_type": "error", "ename": "Error", "evalue": "no luck", "traceback": [] }""", "cell 2: Error: no luck")]
    [InlineData("""{ "output_type": "stream", "name": "stdout", "text": "fine" }""", null)]
    public void FailureIn_SecondCell_IsNamedWithWhatItSays(string output, string? failure) => Assert.Equal(
        failure,
        JupyterOutcome.FailureIn(
            $$"""{ "cells": [{ "cell_type": "markdown", "source": "" }, { "cell_type": "code", "source": "", "outputs": [{{output}}] }] }"""));
}
