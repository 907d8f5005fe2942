using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Diffusion;

/// <summary>
/// A schedule's tables as float32 tensors, made once per device and gathered there by index, so that no step waits for the
/// host. The values are computed in double precision and rounded last.
/// </summary>
internal sealed class ScheduleTables(NoiseSchedule schedule) : IDisposable
{
    private const int Columns = 5;
    private readonly Dictionary<(DeviceType, int), Tensor> _byDevice = [];

    /// <summary>The rows of the tables at <paramref name="t"/>. They live in the caller's dispose scope.</summary>
    /// <param name="t">[M] int64.</param>
    public ScheduleRows At(Tensor t)
    {
        var rows = OnDevice(t.device).index_select(0, t);
        return new ScheduleRows(
            rows.narrow(1, 0, 1), rows.narrow(1, 1, 1), rows.narrow(1, 2, 1), rows.narrow(1, 3, 1), rows.narrow(1, 4, 1));
    }

    public void Dispose()
    {
        lock (_byDevice)
        {
            foreach (var table in _byDevice.Values) table.Dispose();
            _byDevice.Clear();
        }
    }

    private Tensor OnDevice(Device device)
    {
        lock (_byDevice)
        {
            var key = (device.type, device.index);
            if (!_byDevice.TryGetValue(key, out var table))
                _byDevice[key] = table = Make(device).DetachFromDisposeScope();
            return table;
        }
    }

    private Tensor Make(Device device)
    {
        var values = new double[schedule.Steps, Columns];
        for (var t = 0; t < schedule.Steps; t++)
        {
            var alphaBar = schedule.AlphasCumprod[t];
            values[t, 0] = Math.Sqrt(alphaBar);
            values[t, 1] = Math.Sqrt(1.0 - alphaBar);
            values[t, 2] = schedule.PosteriorLogVarianceClipped[t];
            values[t, 3] = Math.Log(schedule.Betas[t]);
            values[t, 4] = schedule.PosteriorStartFactor(t) * Math.Sqrt((1.0 / alphaBar) - 1.0);
        }
        using var scope = NewDisposeScope();
        return tensor(values, dtype: float32, device: device).MoveToOuterDisposeScope();
    }
}

/// <summary>The tables at each row's step, every one [M, 1] float32.</summary>
/// <param name="SignalScale">sqrt(alpha-bar).</param>
/// <param name="NoiseScale">sqrt(1 - alpha-bar).</param>
/// <param name="SmallLogVariance">Logarithm of the posterior variance, also that of q(x_(t-1) | x_t, x_0).</param>
/// <param name="LargeLogVariance">log(beta).</param>
/// <param name="MeanPerNoise">How far the mean of x_(t-1) moves per unit of error in the noise estimate.</param>
internal readonly record struct ScheduleRows(
    Tensor SignalScale, Tensor NoiseScale, Tensor SmallLogVariance, Tensor LargeLogVariance, Tensor MeanPerNoise);
