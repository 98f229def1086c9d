namespace DevChain.Processes;

/// <summary>The user without rights, by number: its name and its group's differ between distributions.</summary>
internal static class Nobody
{
    public const int Id = 65534;
}
