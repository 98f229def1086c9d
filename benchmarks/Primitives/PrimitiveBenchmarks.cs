using BenchmarkDotNet.Attributes;
using Relayer.Core.Ethereum;

namespace Primitives;

[MemoryDiagnoser]
public class PrimitiveBenchmarks
{
    private readonly Subject _native = new(Subject.Native);
    private readonly Subject _managed = new(Subject.Managed);

    [Benchmark]
    public Hash32 KeccakWord() => _native.HashWord();

    [Benchmark]
    public Hash32 KeccakCalldata() => _native.HashData();

    [Benchmark]
    public Hash32 Eip712Digest() => _native.DigestRequest();

    [Benchmark]
    public Address DigestAndRecoverNative() => _native.DigestAndRecover();

    [Benchmark]
    public Address DigestAndRecoverManaged() => _managed.DigestAndRecover();

    [Benchmark]
    public byte[] SignAndEncodeNative() => _native.SignAndEncode();

    [Benchmark]
    public byte[] SignAndEncodeManaged() => _managed.SignAndEncode();
}
