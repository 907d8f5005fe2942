using Microsoft.Data.Analysis;

namespace InternVideoNext.Ablations;

/// <summary>Columns of data frames, typed by what they hold.</summary>
internal static class FrameColumn
{
    /// <summary>A column.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">A number's type or <see cref="bool"/>; everything else is text.</param>
    /// <param name="values">Of that type, or null where there is nothing.</param>
    public static DataFrameColumn Of(string name, Type type, IEnumerable<object?> values) => type switch
    {
        _ when type == typeof(double) => new DoubleDataFrameColumn(name, values.Cast<double?>()),
        _ when type == typeof(int) => new Int32DataFrameColumn(name, values.Cast<int?>()),
        _ when type == typeof(long) => new Int64DataFrameColumn(name, values.Cast<long?>()),
        _ when type == typeof(ulong) => new UInt64DataFrameColumn(name, values.Cast<ulong?>()),
        _ when type == typeof(bool) => new BooleanDataFrameColumn(name, values.Cast<bool?>()),
        _ => new StringDataFrameColumn(name, values.Select(value => value?.ToString())),
    };
}
