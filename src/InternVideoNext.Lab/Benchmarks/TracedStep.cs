using System.Diagnostics;
using System.Runtime.InteropServices;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Benchmarks;

/// <summary>The twin's traced loss with the optimiser that PyTorch would use, one step at a time.</summary>
internal sealed class TracedStep : IDisposable
{
    /// <summary>The parts that can be told apart from outside.</summary>
    public static readonly IReadOnlyList<string> PartNames = ["forward", "backward", "optimiser"];

    /// <summary>Of every step; no time depends on it.</summary>
    public const double LearningRate = 1e-5;

    private static readonly HashSet<string> Undecayed = ["cls_token", "pos_embed"];

    // What torch.nn.utils.clip_grad_norm_ and torch.optim.AdamW(fused=True) come to.
    private const string Source =
        """
        def clip(gradients: List[Tensor], limit: float) -> int:
            norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)))
            torch._foreach_mul_(gradients, torch.clamp(limit / (norm + 1e-6), max=1.0))
            return 0

        def update(weights: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor],
                   steps: List[Tensor], lr: float, beta1: float, beta2: float, decay: float, eps: float) -> int:
            torch._foreach_add_(steps, 1)
            torch._fused_adamw_(weights, gradients, first, second, [], steps, lr=lr, beta1=beta1, beta2=beta2,
                                weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
            return 0

        """;

    private readonly TrainingConfig _training;
    private readonly jit.ScriptModule<Tensor, Tensor> _loss;
    private readonly jit.CompilationUnit _optimizer = jit.compile(Source);
    private readonly List<(string Name, Tensor Weight)> _parameters;
    private readonly List<Group> _groups;
    private readonly Tensor _clips;
    private Tensor? _last;

    /// <summary>Loads the trace and makes a batch of noise.</summary>
    /// <param name="file">What the twin wrote.</param>
    /// <param name="config">What the twin was given.</param>
    /// <param name="device">The run's device.</param>
    /// <exception cref="ConfigurationException">The file is no trace.</exception>
    public TracedStep(string file, RunConfig config, Device device)
    {
        if (!File.Exists(file)) throw new FileNotFoundException(
            $"{file}: there is no such file; python3 bench/twin.py --config ours.json --trace {file} writes it", file);
        _training = config.Training;
        Wait = device.type == DeviceType.CUDA ? () => cuda.synchronize(device) : () => { };
        try
        {
            _loss = jit.load<Tensor, Tensor>(file, device.type, Math.Max(device.index, 0));
        }
        catch (ExternalException e)
        {
            throw new ConfigurationException($"{file} is no trace that this libtorch reads: {e.Message.Split('\n')[0]}", e);
        }
        _parameters = [.. _loss.named_parameters().Select(p => (p.name, (Tensor)p.parameter))];
        var trained = _parameters.Where(p => p.Weight.requires_grad).ToList();
        _groups = [
            .. trained.GroupBy(p => p.Weight.dim() > 1 && !Undecayed.Contains(p.Name.Split('.')[^1]))
            .Select(g => new Group([.. g.Select(p => p.Weight)], g.Key ? _training.WeightDecay : 0))];
        using var random = TensorRandom.Of(_training.Seed, CPU);
        _clips = random.Normal(_training.BatchSize, 3, config.Data.Frames, config.Data.Size, config.Data.Size).to(device)
            .DetachFromDisposeScope();
    }

    /// <summary>Waits until the device has done what it was given.</summary>
    public Action Wait { get; }

    /// <summary>Parameters of each part, by the names of the trace's modules.</summary>
    public IReadOnlyDictionary<string, long> Parameters =>
        _parameters.GroupBy(p => p.Name.Split('.')[0]).ToDictionary(g => g.Key, g => g.Sum(p => p.Weight.numel()));

    /// <inheritdoc cref="StepMeasurement.Time"/>
    public (double Clock, double Processor) Time() => StepMeasurement.Time(() => Step(static _ => { }), Wait);

    /// <summary>A step whose parts wait for the device.</summary>
    /// <returns>Milliseconds of each of <see cref="PartNames"/>.</returns>
    public double[] Split()
    {
        var (times, clock) = (new double[PartNames.Count], Stopwatch.StartNew());
        Step(part =>
        {
            Wait();
            times[part] = clock.Elapsed.TotalMilliseconds;
            clock.Restart();
        });
        return times;
    }

    /// <summary>The newest step's loss; null where it is not finite.</summary>
    public double? LastLoss() => _last?.to(float32).item<float>() is { } loss && float.IsFinite(loss) ? loss : null;

    /// <summary>Copies of all weights by name, for comparisons.</summary>
    internal IReadOnlyDictionary<string, Tensor> Weights() => _parameters.ToDictionary(p => p.Name, p => p.Weight.detach().clone());

    public void Dispose()
    {
        _last?.Dispose();
        _clips.Dispose();
        foreach (var group in _groups) group.Dispose();
        _optimizer.Dispose();
        _loss.Dispose();
    }

    private void Step(Action<int> done)
    {
        using var scope = NewDisposeScope();
        var loss = _loss.forward(_clips);
        done(0);
        var gradients = autograd.grad([loss], [.. _groups.SelectMany(g => g.Weights)]);
        done(1);
        using (no_grad()) Update(gradients);
        done(2);
        _last?.Dispose();
        _last = loss.detach().DetachFromDisposeScope();
    }

    private void Update(IList<Tensor> gradients)
    {
        using Scalar limit = _training.ClipNorm.ToScalar(), rate = LearningRate.ToScalar(), beta1 = _training.Beta1.ToScalar(),
            beta2 = _training.Beta2.ToScalar(), eps = _training.Epsilon.ToScalar();
        _optimizer.invoke("clip", gradients.ToArray(), limit);
        var from = 0;
        foreach (var group in _groups)
        {
            using Scalar decay = group.Decay.ToScalar();
            _optimizer.invoke(
                "update", group.Weights, gradients.Skip(from).Take(group.Weights.Length).ToArray(), group.First, group.Second, group.Steps,
                rate, beta1, beta2, decay, eps);
            from += group.Weights.Length;
        }
    }

    private sealed class Group(Tensor[] weights, double decay) : IDisposable
    {
        public Tensor[] Weights { get; } = weights;

        public Tensor[] First { get; } = [.. weights.Select(w => zeros_like(w, requires_grad: false).DetachFromDisposeScope())];

        public Tensor[] Second { get; } = [.. weights.Select(w => zeros_like(w, requires_grad: false).DetachFromDisposeScope())];

        public Tensor[] Steps { get; } = [.. weights.Select(w => zeros([], dtype: float32, device: w.device).DetachFromDisposeScope())];

        public double Decay { get; } = decay;

        public void Dispose()
        {
            foreach (var tensor in (IEnumerable<Tensor>)[.. First, .. Second, .. Steps]) tensor.Dispose();
        }
    }
}
