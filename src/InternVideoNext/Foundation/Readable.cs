using System.Globalization;

namespace InternVideoNext.Foundation;

/// <summary>Amounts as people say them.</summary>
internal static class Readable
{
    /// <summary>A duration in its two largest units, for example <c>2 h 05 min</c>.</summary>
    public static string Time(TimeSpan time) => time switch
    {
        { TotalHours: >= 24 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.0} d"),
        { TotalMinutes: >= 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
        { TotalSeconds: >= 60 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
    };
}
