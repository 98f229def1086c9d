using Storms.Commands;

return await StormCommands.RunAsync(args);
