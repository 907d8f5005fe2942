using static TorchSharp.torch;

namespace InternVideoNext.Benchmarks;

/// <summary>
/// Draws every call of a model's modules into a timeline by forward hooks, for as long as it lives. Modules know nothing of
/// it; a layer that its owner runs without hooks is part of its owner's span.
/// </summary>
internal sealed class ModuleSpans : IDisposable
{
    // Modules of every number of arguments have these two, but no type in common that declares them.
    private const string Before = "register_forward_pre_hook", After = "register_forward_hook";

    private readonly List<nn.Module> _hooked = [];
    private readonly List<object> _hooks = [];

    /// <summary>Hooks into a model.</summary>
    /// <param name="timeline">Where calls are drawn.</param>
    /// <param name="root">The model.</param>
    /// <param name="name">What stands before the names of its modules.</param>
    public ModuleSpans(Timeline timeline, nn.Module root, string name)
    {
        foreach (var (path, module) in root.named_modules().Prepend(("", root)))
        {
            var label = string.Join('.', new[] { name, path }.Where(part => part.Length > 0));
            if (Hook(module, Before, _ => timeline.Begin(label, "module"))) Hook(module, After, _ => timeline.End());
        }
    }

    /// <summary>How many modules are drawn.</summary>
    public int Count => _hooked.Count;

    public void Dispose()
    {
        foreach (var hook in _hooks) hook.GetType().GetMethod("remove")!.Invoke(hook, null);
        _hooks.Clear();
    }

    private bool Hook(nn.Module module, string register, Action<nn.Module> told)
    {
        if (module.GetType().GetMethod(register, [typeof(Action<nn.Module>)]) is not { } method) return false;
        _hooks.Add(method.Invoke(module, [told])!);
        if (register == Before) _hooked.Add(module);
        return true;
    }
}
