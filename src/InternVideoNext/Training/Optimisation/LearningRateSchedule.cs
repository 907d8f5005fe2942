using InternVideoNext.Recipes;

namespace InternVideoNext.Training;

/// <summary>
/// Linear warm-up, a stretch at the peak where the configuration asks for one, then a cosine to the final rate (method, section 8).
/// </summary>
public static class LearningRateSchedule
{
    /// <summary>The learning rate of one step.</summary>
    /// <param name="step">0-based step.</param>
    /// <param name="config">Steps, warm-up, clips of a step, and the three rates, which are per 256 clips.</param>
    public static double At(long step, TrainingConfig config)
    {
        var clips = config.ClipsPerStep / 256.0;
        var (start, peak, final) = (config.StartLearningRate * clips, config.BaseLearningRate * clips, config.FinalLearningRate * clips);
        if (step < config.WarmupSteps)
            return config.WarmupSteps == 1 ? start : start + ((peak - start) * step / (config.WarmupSteps - 1));
        var decay = (config.Steps - config.WarmupSteps) * config.DecayShare;
        var progress = Math.Clamp((step - (config.Steps - decay)) / decay, 0, 1);
        return final + (0.5 * (peak - final) * (1 + Math.Cos(Math.PI * progress)));
    }
}
