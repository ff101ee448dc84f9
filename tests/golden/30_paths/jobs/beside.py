# Databricks notebook source
print("beside")
