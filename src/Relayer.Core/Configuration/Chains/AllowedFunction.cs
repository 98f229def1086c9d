using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Configuration.Chains;

/// <summary>One entry of <see cref="TargetOptions.Functions"/>, read.</summary>
/// <param name="Selector">The first four bytes of the calldata it lets through, big-endian; <see langword="null"/> for all.</param>
/// <param name="Shape">How its arguments are encoded; <see langword="null"/> where only a selector is known.</param>
public readonly partial record struct AllowedFunction(uint? Selector, CalldataShape? Shape = null)
{
    /// <summary>
    /// Reads <c>*</c>, a selector such as <c>0xd09de08a</c>, or a canonical signature such as <c>transfer(address,uint256)</c>.
    /// </summary>
    /// <returns>
    /// <see langword="false"/> for anything else; also for spaces, parameter names and the aliases <c>uint</c> and <c>int</c>,
    /// which would hash to a selector that no contract has; and for types that none has (<see cref="CalldataShape.TryCompile"/>).
    /// </returns>
    public static bool TryParse(string text, out AllowedFunction function)
    {
        function = default;
        if (text == "*")
        {
            return true;
        }

        if (SelectorPattern.IsMatch(text))
        {
            function = new(uint.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            return true;
        }

        if (!SignaturePattern.IsMatch(text) || !CalldataShape.TryCompile(text, out var shape))
        {
            return false;
        }

        function = new(BinaryPrimitives.ReadUInt32BigEndian(Keccak256.Hash(Encoding.ASCII.GetBytes(text)).Span), shape);
        return true;
    }

    [GeneratedRegex(@"^0x[0-9a-fA-F]{8}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SelectorPattern { get; }

    // Elementary types as the ABI specification lists them, with array suffixes, in tuples of any depth (balanced brackets).
    [GeneratedRegex(
        """
        ^[A-Za-z_$][A-Za-z0-9_$]*
        (?=\()
        (?:
          (?<open>\()(?:(?=\))|(?=[(a-z]))
        | (?:address|bool|string|function|bytes(?:[1-9]|[12][0-9]|3[0-2])?
            |u?int(?:8|16|24|32|40|48|56|64|72|80|88|96|104|112|120|128|136|144|152|160|168|176|184|192|200|208|216|224|232|240|248|256))
          (?:\[[0-9]*\])*(?=[,)])
        | (?<=[^(,]),(?=[(a-z])
        | (?<-open>\))(?:(?:\[[0-9]*\])+(?=[,)])|(?=[,)]|\z))
        )+
        (?(open)(?!))\z
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex SignaturePattern { get; }
}
