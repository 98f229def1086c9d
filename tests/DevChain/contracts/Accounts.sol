// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title USDC as far as keepers see it. Anybody may mint: it is worth nothing.
contract UsdcStandIn {
    mapping(address holder => uint256) public balanceOf;
    mapping(address holder => mapping(address spender => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function burn(uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        emit Transfer(msg.sender, address(0), amount);
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
        return true;
    }
}

/// @title Circle's MessageTransmitter as far as keepers see it, one attester, of version 1 (0) or 2 (1).
contract TransmitterStandIn {
    uint32 public immutable localDomain;
    uint32 public immutable version;
    address public immutable attester;
    UsdcStandIn public immutable usdc;
    uint64 public nextAvailableNonce;
    mapping(bytes32 nonce => uint256) public usedNonces;

    event MessageSent(bytes message);
    event MessageReceived(address indexed caller, uint32 sourceDomain, uint64 indexed nonce, bytes32 sender, bytes messageBody);
    event MessageReceived(
        address indexed caller,
        uint32 sourceDomain,
        bytes32 indexed nonce,
        bytes32 sender,
        uint32 indexed finalityThresholdExecuted,
        bytes messageBody
    );

    constructor(uint32 domain, uint32 version_, address attester_, UsdcStandIn usdc_) {
        (localDomain, version, attester, usdc) = (domain, version_, attester_, usdc_);
    }

    function sendMessage(uint32 destination, bytes32 recipient, bytes32 destinationCaller, bytes calldata body) external {
        bytes32 sender = bytes32(uint256(uint160(msg.sender)));
        if (version == 0) {
            uint64 nonce = nextAvailableNonce++;
            emit MessageSent(abi.encodePacked(version, localDomain, destination, nonce, sender, recipient, destinationCaller, body));
        } else {
            emit MessageSent(
                abi.encodePacked(
                    version, localDomain, destination, bytes32(0), sender, recipient, destinationCaller, uint32(2000), uint32(0), body
                )
            );
        }
    }

    function receiveMessage(bytes calldata message, bytes calldata attestation) external returns (bool) {
        _check(message, attestation);
        uint32 source = uint32(bytes4(message[4:8]));
        bytes32 key = version == 0 ? keccak256(abi.encodePacked(source, message[12:20])) : bytes32(message[12:44]);
        require(usedNonces[key] == 0, "Nonce already used");
        usedNonces[key] = 1;
        bytes calldata body = message[version == 0 ? 116 : 148:];
        if (version == 1) {
            uint256 expiration = uint256(bytes32(body[196:228]));
            require(expiration == 0 || expiration > block.number, "Message expired and must be re-signed");
        }
        _mint(body);
        if (version == 0) {
            emit MessageReceived(msg.sender, source, uint64(bytes8(message[12:20])), bytes32(message[20:52]), body);
        } else {
            emit MessageReceived(msg.sender, source, key, bytes32(message[44:76]), uint32(bytes4(message[144:148])), body);
        }
        return true;
    }

    function _check(bytes calldata message, bytes calldata attestation) private view {
        require(attestation.length == 65, "Invalid attestation length");
        (bytes32 r, bytes32 s) = abi.decode(attestation[:64], (bytes32, bytes32));
        require(ecrecover(keccak256(message), uint8(attestation[64]), r, s) == attester, "Invalid signature: not attester");
        require(uint32(bytes4(message[0:4])) == version, "Invalid message version");
        require(uint32(bytes4(message[8:12])) == localDomain, "Invalid destination domain");
        uint256 callerAt = version == 0 ? 84 : 108;
        bytes32 caller = bytes32(message[callerAt:callerAt + 32]);
        require(caller == 0 || caller == bytes32(uint256(uint160(msg.sender))), "Invalid caller for message");
    }

    function _mint(bytes calldata body) private {
        usdc.mint(address(uint160(uint256(bytes32(body[36:68])))), uint256(bytes32(body[68:100])));
    }
}

/// @title Circle's TokenMessenger as far as keepers see it.
contract MessengerStandIn {
    TransmitterStandIn public immutable transmitter;
    UsdcStandIn public immutable usdc;

    constructor(TransmitterStandIn transmitter_, UsdcStandIn usdc_) {
        (transmitter, usdc) = (transmitter_, usdc_);
    }

    function depositForBurn(uint256 amount, uint32 destination, bytes32 recipient) external {
        require(amount > 0, "Amount must be nonzero");
        usdc.transferFrom(msg.sender, address(this), amount);
        usdc.burn(amount);
        bytes memory body = abi.encodePacked(
            transmitter.version(), bytes32(uint256(uint160(address(usdc)))), recipient, amount, bytes32(uint256(uint160(msg.sender)))
        );
        if (transmitter.version() == 1) body = abi.encodePacked(body, uint256(0), uint256(0), uint256(0));
        transmitter.sendMessage(destination, bytes32(uint256(uint160(address(this)))), 0, body);
    }
}

/// @title An account that sends its USDC to itself on another chain, whoever asks it to.
contract AccountStandIn {
    AccountFactoryStandIn private immutable _factory;

    constructor(uint256, address, address, address) {
        _factory = AccountFactoryStandIn(msg.sender);
    }

    function bridgeUSDCWithCircle() external {
        MessengerStandIn messenger = _factory.messenger();
        UsdcStandIn usdc = messenger.usdc();
        require(!_factory.isBridgingPaused(), "bridging is paused");
        uint256 amount = usdc.balanceOf(address(this));
        require(amount > 0, "nothing to bridge");
        usdc.approve(address(messenger), amount);
        messenger.depositForBurn(amount, _factory.destination(), bytes32(uint256(uint160(address(this)))));
    }
}

/// @title Deploys accounts at addresses that are known before.
contract AccountFactoryStandIn {
    MessengerStandIn public immutable messenger;
    uint32 public immutable destination;
    bool public isPaused;
    bool public isBridgingPaused;

    event AccountCreated(address indexed account, bytes32 salt);

    constructor(MessengerStandIn messenger_, uint32 destination_) {
        (messenger, destination) = (messenger_, destination_);
    }

    function setPaused(bool creation, bool bridging) external {
        (isPaused, isBridgingPaused) = (creation, bridging);
    }

    function createAccount(bytes32 salt, uint256 number, address first, address second, address third) external returns (address) {
        require(!isPaused, "the factory is paused");
        AccountStandIn account = new AccountStandIn{ salt: salt }(number, first, second, third);
        emit AccountCreated(address(account), salt);
        return address(account);
    }

    function predict(bytes32 salt, uint256 number, address first, address second, address third) external view returns (address) {
        bytes memory code = abi.encodePacked(type(AccountStandIn).creationCode, abi.encode(number, first, second, third));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, keccak256(code))))));
    }
}
