namespace InternVideoNext.Checkpoints;

/// <summary>Named tensors of an open file.</summary>
public interface ITensorFile : ITensorSource, IDisposable;
