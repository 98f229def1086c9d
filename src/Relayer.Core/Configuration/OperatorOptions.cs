namespace Relayer.Core.Configuration;

/// <summary>Somebody who may look at and change the running relayer, bound from <c>Operators:{name}</c>. The audit knows them by the name.</summary>
public sealed class OperatorOptions
{
    /// <summary><c>look</c>, <c>operate</c> (also pauses, resumes, speeds up, cancels) or <c>treasury</c> (also clears incidents, resumes top-ups, hands in accounts, admits and denies users).</summary>
    public string Role { get; set; } = "";

    /// <summary>The name of the Key Vault secret that holds the operator's key: at least 32 random characters. A new version replaces the old one.</summary>
    public string Secret { get; set; } = "";

    /// <summary>A second secret whose key is as good: while one key is exchanged for another, both work.</summary>
    public string NextSecret { get; set; } = "";

    /// <summary>The key itself, instead of a secret: in <c>Development</c> only.</summary>
    public string Key { get; set; } = "";
}

/// <summary>What an operator may do; each role may also do what those before it may.</summary>
public enum OperatorRole
{
    /// <summary>Look at what is not public.</summary>
    Look,

    /// <summary>Pause and resume, speed up and cancel: nothing that lets more money go than the settings allow.</summary>
    Operate,

    /// <summary>What lets money go again, or decides who it is spent for: incidents, top-ups, accounts.</summary>
    Treasury,
}

/// <summary>How roles are written.</summary>
public static class OperatorRoles
{
    /// <summary>The role's name in settings and answers.</summary>
    public static string NameOf(OperatorRole role) => role switch
    {
        OperatorRole.Look => "look",
        OperatorRole.Operate => "operate",
        _ => "treasury",
    };

    /// <summary>Reads a role's name.</summary>
    /// <returns>False for anything else.</returns>
    public static bool TryParse(string text, out OperatorRole role)
    {
        foreach (var one in Enum.GetValues<OperatorRole>())
        {
            if (NameOf(one).Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                role = one;
                return true;
            }
        }

        role = default;
        return false;
    }
}
