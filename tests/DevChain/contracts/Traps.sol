// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A sponsored contract that calls back an address which the user names, as safeMint does.
contract CallbackMint {
    uint256 public minted;

    function safeMint(address to) external {
        ++minted;
        if (to.code.length > 0) {
            Trap(to).onMint();
        }
    }
}

/// @title A sponsored contract that takes value along.
contract Deposits {
    mapping(address account => uint256) public deposited;

    function deposit(address account) external payable {
        if (account.code.length > 0) {
            Trap(account).onMint();
        }

        deposited[account] += msg.value;
    }
}

/// @title What an attacker names: it behaves while it is simulated, and burns gas or reverts when it is mined, as far as it can tell.
contract Trap {
    enum Tell {
        Always,
        Origin,
        GasPrice,
        BaseFee,
        Parity,
        BlockHash,
        Coinbase,
        Randao,
        Time,
        GasLeft,
        Flag,
        OncePerBlock,
        Third
    }

    Tell public immutable tell;
    bool public immutable burns;
    bool public flag;
    uint256 private _lastBlock;
    uint256 private _calls;

    constructor(uint256 tell_, bool burns_) {
        (tell, burns) = (Tell(tell_), burns_);
    }

    /// @notice The attacker's own transaction between the simulation and the block.
    function flip() external {
        flag = !flag;
        ++_calls;
    }

    function onMint() external {
        bool springs = _springs();
        ++_calls;
        _lastBlock = block.number;
        if (!springs) {
            return;
        }

        require(burns, "only when mined");
        while (gasleft() > 6_000) {}
    }

    function _springs() private view returns (bool) {
        if (tell == Tell.Origin) return tx.origin != address(0) && tx.origin.balance > 0;
        if (tell == Tell.GasPrice) return tx.gasprice != 0;
        if (tell == Tell.BaseFee) return block.basefee % 2 == 1;
        if (tell == Tell.Parity) return block.number % 2 == 1;
        if (tell == Tell.BlockHash) return uint256(blockhash(block.number - 1)) % 2 == 1;
        if (tell == Tell.Coinbase) return uint160(address(block.coinbase)) % 2 == 1;
        if (tell == Tell.Randao) return block.prevrandao % 2 == 1;
        if (tell == Tell.Time) return block.timestamp % 2 == 1;
        if (tell == Tell.GasLeft) return gasleft() % 2 == 1;
        if (tell == Tell.Flag) return flag;
        if (tell == Tell.OncePerBlock) return _lastBlock == block.number;
        if (tell == Tell.Third) return _calls % 3 == 2; // Fewer than half: the breaker stays closed.
        return true;
    }
}
