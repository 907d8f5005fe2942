using InternVideoNext.Native;

LibTorch.EnsureLoaded();
Console.WriteLine(LibTorch.Status);
