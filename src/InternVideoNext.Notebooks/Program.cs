using InternVideoNext.Notebooks.Kernel;

return await KernelProgram.RunAsync(args).ConfigureAwait(false);
