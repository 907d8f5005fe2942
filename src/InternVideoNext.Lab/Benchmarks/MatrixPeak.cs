using System.Diagnostics;
using System.Globalization;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Benchmarks;

/// <summary>The speed of a large square matrix product: what a device does at best, found out on the spot.</summary>
/// <param name="FlopPerSecond">Floating-point operations a second, of the fastest of several.</param>
/// <param name="Product">Size and type, in words.</param>
internal sealed record MatrixPeak(double FlopPerSecond, string Product)
{
    private const int CpuSide = 1536, CudaSide = 8192, AtLeast = 3, AtMost = 30;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(1);

    /// <summary>Measures it.</summary>
    /// <param name="device">Where.</param>
    /// <param name="precision">In which precision.</param>
    /// <param name="wait">Waits for the device.</param>
    public static MatrixPeak Measure(Device device, Precision precision, Action wait)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var side = device.type == DeviceType.CUDA ? CudaSide : CpuSide;
        using var random = TensorRandom.Of(1, device);
        var (a, b) = (Matrix(), Matrix());
        matmul(a, b).Dispose(); // memory and kernels are made ready
        var fastest = double.PositiveInfinity;
        var all = Stopwatch.StartNew();
        for (var i = 0; i < AtMost && (i < AtLeast || all.Elapsed < LongEnough); i++)
        {
            wait();
            var clock = Stopwatch.StartNew();
            matmul(a, b).Dispose();
            wait();
            fastest = Math.Min(fastest, clock.Elapsed.TotalSeconds);
        }
        return new MatrixPeak(
            2.0 * side * side * side / fastest,
            string.Create(CultureInfo.InvariantCulture, $"{side} x {side} x {side}, {precision.ToString().ToLowerInvariant()}"));

        Tensor Matrix() => random.Normal(side, side).to(precision.ScalarType());
    }
}
