using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Probes;

/// <summary>Where the training features of a probe come from. The two are never compared under one name.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<FeatureOrigin>))]
public enum FeatureOrigin
{
    /// <summary>Every clip was encoded once, without augmentation, and the features were kept.</summary>
    Cached,

    /// <summary>Every clip was encoded several times under random augmentation: several rows share its id.</summary>
    Augmented,
}
